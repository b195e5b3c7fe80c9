"""Notebook 00 leads from every heading and question of the two documents to a section that exists."""

import re

import pytest
from notebook_files import COURSE, NOTEBOOKS, load

from rnnlib.course.quizzes import QUIZZES

START = "\n".join(cell.source for _, cell in load(NOTEBOOKS[0]).markdown_cells)
TABLES = [line for line in START.splitlines() if line.startswith("|")]
LINKS = [link for line in TABLES for link in re.findall(r"\[([^\]]+)\]\((\d\d_\w+\.ipynb)\)", line)]

# The headings, questions and words that a reader of the documents looks for.
WORDS = """
再帰型ニューラルネットワーク RNNとは RNNの特徴 BPTTとは BPTTの数学的記述 パラメータの更新式 BPTTの全体像 実装
確認テスト 演習チャレンジ 3_1_simple_RNN.ipynb 時系列データ 統計的依存関係 音声データ テキストデータ 株価
左右で同じことを表現 初期の状態 再帰構造 誤差逆伝搬 連鎖律 delta_t.dot(U) np.concatenate
リカレントニューラルネットワーク 【問題1】 【問題2】 【問題3】 SimpleRNNのフォワードプロパゲーション実装
小さな配列でのフォワードプロパゲーションの実験 バックプロパゲーションの実装 初期状態h バイアスb 全結合層
バッチサイズ 系列数 特徴量数 ノード数 中間層 順伝播 更新式 総入力 特徴量 リカレント
""".split()


def headings(file: str) -> list[str]:
    """Return the headings of a notebook, without the signs in front."""
    text = "\n".join(cell.source for _, cell in load(COURSE / file).markdown_cells)
    return re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE)


def test_the_tables_lead_somewhere():
    assert len(LINKS) >= 30


@pytest.mark.parametrize(("text", "file"), LINKS)
def test_the_section_exists_and_begins_with_these_words(text, file):
    if text.endswith(" · appendix"):
        assert any(heading.startswith("Appendix") for heading in headings(file))
        return
    number, _, title = text.partition(" · ")
    separator = " · " if number.startswith("Exercise") else " "
    assert any(heading.startswith(f"{number}{separator}{title}") for heading in headings(file)), headings(file)


def test_the_quizzes_exist():
    named = re.findall(r"quiz `([\w-]+)`", "\n".join(TABLES))
    assert len(named) >= 6 and set(named) <= set(QUIZZES)


@pytest.mark.parametrize("word", WORDS)
def test_a_search_for_the_word_finds_its_place(word):
    assert word in START


@pytest.mark.parametrize("number", range(1, 5))
def test_each_question_has_a_line(number):
    assert any(f"確認テスト {number}" in line for line in TABLES)
    assert number > 2 or any(f"演習チャレンジ {number}" in line for line in TABLES)
