"""The bundled data is what its README says: the synthetic series are remade here from their formulas."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[2] / "notebooks" / "data"


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    return np.loadtxt(DATA / name, delimiter=",", skiprows=1, unpack=True)


def test_the_sound_is_the_synthetic_vowel_of_the_readme():
    seconds = np.arange(480) / 8000
    harmonic = np.arange(1, 31)
    resonances = [(730, 90, 1.0), (1090, 110, 0.6), (2440, 160, 0.2)]  # Hz, width in Hz, strength
    loudness = sum(s / (1 + ((120 * harmonic - hz) / width) ** 2) for hz, width, s in resonances)
    wave = loudness @ np.sin(2 * np.pi * 120 * np.outer(harmonic, seconds) + harmonic[:, None] ** 2)
    time, pressure = load("sound.csv")
    np.testing.assert_allclose(time, seconds * 1000, atol=1e-9)
    np.testing.assert_allclose(pressure, wave / np.abs(wave).max(), atol=5.1e-5)


def test_the_price_is_the_random_walk_of_the_readme():
    steps = 0.01 * np.random.default_rng(1987).standard_normal(750)
    day, price = load("price.csv")
    np.testing.assert_array_equal(day, np.arange(1, 751))
    np.testing.assert_allclose(price, 100 * np.exp(np.cumsum(steps)), atol=5.1e-3)


def test_the_folder_stays_small_and_every_file_is_described():
    files = [path for path in DATA.iterdir() if path.name != "README.md"]
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in files) <= 100_000
    assert all(f"`{path.name}`" in readme for path in files)
