"""The terms of the course in English and Japanese, with their names in code; notebook 00 shows them as a table."""

from html import escape
from typing import NamedTuple

from IPython.display import display


class Term(NamedTuple):
    """A term in English, in Japanese (several words with commas between), in code, and where it is explained."""

    english: str
    japanese: str
    code: str
    section: str


TERMS = [
    # 00
    Term("proof", "証明", "proof", "0.2"),
    Term("seed", "乱数シード", "np.random.default_rng", "0.2"),
    Term("measurement", "測定", "measured", "0.2"),
    # 01
    Term("sequence", "系列", "x", "1.1"),
    Term("time series", "時系列", "", "1.1"),
    Term("time step", "時刻, 時間ステップ", "t", "1.1"),
    Term("feature", "特徴量", "D (how many), n_features", "1.1"),
    Term("statistical dependence", "統計的依存関係", "", "1.1"),
    Term("one-hot vector", "ワンホットベクトル", "", "1.1"),
    Term("correlation", "相関", "np.corrcoef", "1.2"),
    Term("autocorrelation", "自己相関", "", "1.2"),
    Term("lag", "ラグ", "", "1.2"),
    Term("mutual information", "相互情報量", "", "1.2"),
    Term("matrix product", "行列の積", "@", "1.2"),
    Term("increment", "差分", "np.diff", "1.3"),
    Term("random walk", "ランダムウォーク", "", "1.3"),
    Term("window", "ウィンドウ, 窓", "", "1.4"),
    Term(
        "recurrent neural network",
        "再帰型ニューラルネットワーク, 回帰型ニューラルネットワーク, リカレントニューラルネットワーク",
        "SimpleRNN",
        "1.5",
    ),
    Term("hidden state", "隠れ状態", "h", "1.5"),
    Term("hidden layer", "中間層, 隠れ層", "SimpleRNN", "1.5"),
    Term("node", "ノード", "H (how many), n_nodes", "1.5"),
    Term("bias", "バイアス", "b", "1.5"),
    Term("activation function", "活性化関数", "activation", "1.5"),
    Term("unrolled", "展開", "", "1.5"),
    Term("parameter", "パラメータ", "params", "1.6"),
    Term("input weights", "入力に対する重み", "W_x", "1.6"),
    Term("recurrent weights", "状態に対する重み, 前の中間層からの重み, 再帰の重み", "W_h", "1.6"),
    Term("output weights", "出力層の重み", "W_out", "1.6"),
    Term("pulse", "パルス", "", "1.7"),
    # 02
    Term("forward pass", "順伝播, フォワードプロパゲーション", "forward", "2.1"),
    Term("weighted sum", "重み付き和, 総入力", "a", "2.1"),
    Term("row vector", "行ベクトル", "", "2.1"),
    Term("batch", "バッチ", "N (how many sequences), batch_size", "2.2"),
    Term("number of time steps", "系列数, 系列長", "T, n_sequences in Sprint 22", "2.2"),
    Term("initial state", "初期状態", "h0", "2.3"),
    Term("fully connected layer", "全結合層", "Dense", "2.4"),
    Term("last state", "最後の隠れ状態", "h[:, -1]", "2.5"),
    Term("many-to-one", "多対一", "Last", "2.5"),
    Term("many-to-many", "多対多", "", "2.5"),
    Term("one-to-many", "一対多", "", "2.5"),
    Term("readout", "出力層", "W_out, c", "2.6"),
    Term("logit", "ロジット", "v", "2.6"),
    Term("sigmoid", "シグモイド関数", "sigmoid", "2.6"),
    Term("softmax", "ソフトマックス関数", "softmax", "2.6"),
    Term("fed back", "フィードバック", "", "2.6"),
    Term("ReLU", "ReLU関数, 正規化線形関数", "relu", "2.7"),
    Term("identity", "恒等関数", "identity", "2.7"),
    Term("skip connection", "スキップ接続", "", "Exercise 2.1"),
    # 04
    Term("derivative", "微分, 微分係数 (the number), 導関数 (the function)", "", "4.1"),
    Term("slope", "傾き", "", "4.1"),
    Term("chain rule", "連鎖律", "", "4.1"),
    Term("central difference", "中心差分", "numerical_gradient", "4.2"),
    Term("Taylor series", "テイラー展開", "", "4.2"),
    Term("loss", "損失", "E", "4.4"),
    Term("gradient", "勾配", "dq, grads", "4.4"),
    Term("backpropagation", "誤差逆伝播法, 誤差逆伝搬, バックプロパゲーション", "backward", "4.4"),
    Term("target", "教師データ, 正解", "d, target", "4.5"),
    Term("squared error", "二乗誤差", "squared_error", "4.5"),
    Term("cross-entropy", "交差エントロピー", "sigmoid_cross_entropy, softmax_cross_entropy", "4.5"),
    Term("label", "ラベル", "labels", "4.5"),
    Term("update", "更新", "step of SGD, Adam", "4.8"),
    Term("optimizer", "最適化手法", "SGD, Adam", "4.8"),
    Term("gradient descent", "勾配降下法", "SGD", "4.8"),
    Term("learning rate", "学習率", "lr", "4.8"),
    # 05
    Term("backpropagation through time", "通時的誤差逆伝播法, BPTT", "backward", "5.1"),
    Term("linear", "線形", "", "5.8"),
    Term("update formula", "更新式", "", "5.11"),
    # 06
    Term("gradient check", "勾配確認", "check_gradients", "6.1"),
    Term("relative error", "相対誤差", "", "6.1"),
    Term("kink", "微分できない点, 折れ点", "", "6.2"),
    Term("noise", "ノイズ, 雑音", "", "6.2"),
    Term("in place", "インプレース演算", "", "6.5"),
    Term("fingerprint", "指紋", "", "6.5"),
    Term("cosine similarity", "コサイン類似度", "", "6.7"),
    # 07
    Term("carry", "繰り上がり", "carries", "7.1"),
    Term("least significant bit", "最下位ビット", "", "7.1"),
    Term("training pairs", "訓練データ", "", "7.1"),
    Term("held-out pairs", "検証データ", "until of fit", "7.1"),
    Term("test pairs", "テストデータ", "", "7.1"),
    Term("minibatch", "ミニバッチ", "", "7.2"),
    Term("variance", "分散", "np.var", "7.2"),
    Term("spread", "標準偏差", "np.std", "7.2"),
    Term("starting values", "重みの初期値", "init", "7.2"),
    Term("clipping", "勾配クリッピング", "clip_by_global_norm", "7.2"),
    Term("carry chain", "繰り上がりの連鎖", "carry_chain", "7.3"),
    Term("margin", "マージン", "", "7.6"),
    Term("automaton", "オートマトン", "", "7.7"),
    Term("least squares", "最小二乗法", "np.linalg.lstsq", "7.7"),
    Term("monotone", "単調関数", "", "7.8"),
    Term("borrow", "繰り下がり", "", "Exercise 7.1"),
    Term("two's complement", "2の補数", "", "Exercise 7.2"),
    Term("latch", "ラッチ", "", "Exercise 7.3"),
    # 08
    Term("orthogonal", "直交行列", "orthogonal", "8.1"),
    Term("vanishing", "勾配消失", "", "8.1"),
    Term("exploding", "勾配爆発", "", "8.1"),
    Term("eigenvalue", "固有値", "np.linalg.eigvals", "8.2"),
    Term("eigenvector", "固有ベクトル", "", "8.2"),
    Term("spectral radius", "スペクトル半径", "", "8.2"),
    Term("largest singular value", "最大特異値", "np.linalg.norm(W, 2)", "8.2"),
    Term("non-normal", "非正規行列", "", "8.3"),
    Term("truncated BPTT", "Truncated BPTT, 打ち切りBPTT", "", "8.7"),
    Term("detached", "デタッチ", "carry_state=True", "8.7"),
    Term("gate", "ゲート", "LSTM, GRU", "8.9"),
    # 09
    Term("confirmation question", "確認テスト", "quizzes", "9.1"),
    Term("exercise (of the report)", "演習チャレンジ", "quizzes", "9.1"),
    Term("convolution", "畳み込み", "", "9.2"),
    Term("filter", "フィルタ", "", "9.2"),
    Term("stride", "ストライド", "", "9.2"),
    Term("padding", "パディング", "", "9.2"),
    Term("recursive network", "再帰的ニューラルネットワーク", "", "9.3"),
    # 10
    Term("tree", "木構造", "a pair of trees, or a leaf", "10.1"),
    Term("leaf", "葉", "leaf", "10.1"),
    Term("root", "根", "", "10.1"),
    Term("children", "子", "left, right", "10.1"),
    Term("height", "高さ", "height", "10.5"),
    # 11
    Term("cell", "セル", "c_t", "11.1"),
    Term("forget gate", "忘却ゲート", "f", "11.1"),
    Term("LSTM", "長・短期記憶", "LSTM", "11.2"),
    Term("input gate", "入力ゲート", "i", "11.2"),
    Term("candidate", "候補", "g, n", "11.2"),
    Term("output gate", "出力ゲート", "o", "11.2"),
    Term("GRU", "ゲート付き回帰型ユニット", "GRU", "11.5"),
    Term("update gate", "更新ゲート", "z", "11.5"),
    Term("reset gate", "リセットゲート", "r", "11.5"),
    # 12
    Term("language model", "言語モデル", "", "12.1"),
    Term("token", "トークン", "tokens, V (how many)", "12.1"),
    Term("training", "訓練", "training", "12.1"),
    Term("validation", "検証", "validation", "12.1"),
    Term("test", "テスト", "test", "12.1"),
    Term("embedding", "埋め込み", "Embedding", "12.2"),
    Term("perplexity", "パープレキシティ", "perplexity", "12.3"),
    Term("n-gram", "nグラム", "NGram", "12.4"),
    Term("overfitting", "過学習", "", "12.4"),
    Term("temperature", "温度", "temperature, τ", "12.9"),
    # 13
    Term("horizon", "予測期間", "horizon, M", "13.2"),
    Term("persistence", "持続予測", "persistence", "13.2"),
    Term("seasonal naive", "季節ナイーブ", "seasonal_naive", "13.2"),
    Term("origin", "予測の起点", "first_target", "13.2"),
    Term("autoregression", "自己回帰", "LeastSquares", "13.3"),
    Term("direct", "直接予測", "", "13.3"),
    Term("leakage", "リーク", "", "13.4"),
    Term("scaling", "スケーリング", "Scaler", "13.4"),
    Term("chaotic", "カオス", "", "13.7"),
    # 14
    Term("mask", "マスク", "mask, mask_from_lengths", "14.2"),
    Term("bidirectional", "双方向", "Bidirectional", "14.6"),
    Term("stacked", "積層", "", "14.8"),
    # 15
    Term("linear recurrence", "線形漸化式", "linear_recurrence", "15.1"),
    Term("associative", "結合的", "then", "15.1"),
    Term("parallel scan", "並列スキャン", "parallel_scan", "15.2"),
    Term("parity", "パリティ", "parity", "15.6"),
    Term("real-time recurrent learning", "実時間リカレント学習", "rtrl", "15.8"),
    Term("GPU, a graphics processor", "画像処理装置", "", "15.9"),
]


def show(word: str = "") -> None:
    """Show the terms that contain `word` in any column, in reading order; all where it is left out.

    Args:
        word: a part of a term, in English, in Japanese or in code; capital and small letters are the same.
    """
    found = [term for term in TERMS if any(word.lower() in column.lower() for column in term)]
    if not found:
        print(f"no term contains {word!r}")
        return
    head = Term("English", "日本語", "in code", "section")
    display({"text/plain": _as_text([head, *found]), "text/html": _as_html(head, found)}, raw=True)


def _as_text(rows: list[Term]) -> str:
    return "\n".join(" · ".join(column or "–" for column in row) for row in rows)


def _as_html(head: Term, rows: list[Term]) -> str:
    def line(row: Term, tag: str) -> str:
        cells = "".join(f'<{tag} style="text-align: left">{escape(column)}</{tag}>' for column in row)
        return f"<tr>{cells}</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    table = f"<table>\n<thead>{line(head, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<div style="max-height: 30em; overflow: auto">\n{table}\n</div>'
