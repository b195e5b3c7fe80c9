"""The bundled data is what its README says: the synthetic series are remade here from their formulas."""

from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest

from rnnlib.course import data

FOLDER = Path(data.__file__).parent
GATES = ("keras_gates", "pytorch_gates", "zerotsuku2_gates")
SERIES = ("sound", "price", "co2", "sunspots")
NAMES = (*SERIES, "text", "alice", "sprint", "keras_rnn", "pytorch_rnn", "zerotsuku2_rnn", *GATES)
LOADERS = {name: getattr(data, name) for name in NAMES}


def test_the_sound_is_the_synthetic_vowel_of_the_readme():
    seconds = np.arange(480) / 8000
    harmonic = np.arange(1, 31)
    resonances = [(730, 90, 1.0), (1090, 110, 0.6), (2440, 160, 0.2)]  # Hz, width in Hz, strength
    loudness = sum(s / (1 + ((120 * harmonic - hz) / width) ** 2) for hz, width, s in resonances)
    wave = loudness @ np.sin(2 * np.pi * 120 * np.outer(harmonic, seconds) + harmonic[:, None] ** 2)
    time, pressure = data.sound()
    np.testing.assert_allclose(time, seconds * 1000, atol=1e-9)
    np.testing.assert_allclose(pressure, wave / np.abs(wave).max(), atol=5.1e-5)


def test_the_price_is_the_random_walk_of_the_readme():
    steps = 0.01 * np.random.default_rng(1987).standard_normal(750)
    day, price = data.price()
    np.testing.assert_array_equal(day, np.arange(1, 751))
    np.testing.assert_allclose(price, 100 * np.exp(np.cumsum(steps)), atol=5.1e-3)


def test_the_real_series_are_regular_and_what_their_sources_say():
    year, ppm = data.co2()
    np.testing.assert_allclose(np.diff(year), 1 / 12, atol=1.1e-3)
    assert len(year) == 526 and (year[0], ppm[0]) == (1958.208, 316.10)
    missing = [1958.458, 1958.792, 1964.125, 1964.208, 1964.292]  # June and October 1958, February to April 1964
    assert year[np.isnan(ppm)].tolist() == missing
    assert np.nanmin(ppm) > 312 and np.nanmax(ppm) < 375 and ppm[-1] == 371.02
    year, number = data.sunspots()
    np.testing.assert_array_equal(year, np.arange(1700, 2009))
    assert (number[0], number[-1], number.max(), year[number.argmax()]) == (5, 2.9, 190.2, 1957)


def test_the_reference_numbers_are_arrays_under_the_names_that_are_documented():
    case = data.sprint()["cases"]["sprint (h0=0, batch 1)"]
    assert case["h"].shape == (1, 3, 4)
    assert case["losses"]["sum(h3)"]["grads"]["W_h"].shape == (4, 4)
    assert data.keras_rnn()["h"].shape == (2, 4, 5)
    assert data.keras_rnn()["last"].shape == (2, 5)
    assert data.pytorch_rnn()["relu"]["dweight_hh_l0"].shape == (5, 5)
    assert data.pytorch_rnn()["readout"]["h_0"].shape == (1, 2, 5)
    assert data.zerotsuku2_rnn()["dh_next"].shape == (2, 4, 5)
    assert data.pytorch_gates()["lstm"]["dc0"].shape == data.zerotsuku2_gates()["lstm"]["c_last"].shape == (2, 5)
    assert data.keras_gates()["gru, reset before"]["bias"].shape == (15,)
    assert data.text().startswith("Alice was beginning")


def test_the_states_of_the_sprint_come_out_again_with_60_digits():
    def exact(array):
        return np.vectorize(lambda number: Decimal(float(number)), otypes=[object])(array)

    W_x, W_h, b = (exact(data.sprint()["inputs"][name]) for name in ("W_x", "W_h", "b"))
    with localcontext(prec=60):
        for case in data.sprint()["cases"].values():
            x, h = exact(case["x"]), exact(case["h0"])
            for t in range(x.shape[1]):
                shrunk = np.vectorize(lambda a: (-2 * a).exp(), otypes=[object])(x[:, t] @ W_x + h @ W_h + b)
                h = (1 - shrunk) / (1 + shrunk)
                np.testing.assert_allclose(h.astype(float), case["h"][:, t], rtol=0, atol=3e-16)


def test_the_book_is_the_file_of_the_canterbury_corpus_with_line_ends_of_one_character():
    book = data.alice()
    assert len(book) + book.count("\n") + 1 == 152_089  # two characters a line end, and one at the end of the file
    assert book.count("CHAPTER") == 12 and book.endswith("THE END\n") and "\r" not in book


@pytest.mark.parametrize("name", LOADERS)
def test_the_data_is_found_from_any_folder(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(LOADERS[name]()) > 0


def test_every_file_is_described_and_small():
    files = [path for path in FOLDER.iterdir() if path.suffix in {".csv", ".json", ".txt"}]
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in files} == set(LOADERS)
    assert all(f"`{path.name}`" in readme for path in files)
    assert sum(path.stat().st_size for path in files) <= 300_000
