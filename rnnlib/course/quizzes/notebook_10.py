"""Quizzes about notebook 10: the weights of a tree that leans, one W at every node, and what the tree was told."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "leaning-tree": Choice(
        title="A tree that leans (再帰型と再帰的)",
        text="A recurrent network is written as a tree that leans to the *right*: each node is "
        "$\\tanh([\\text{left}, \\text{right}]\\,W + b)$, its left child is the input of the step, its right child the "
        "state. D and H differ. What is $W$?",
        options=(
            Option(
                "$W_h$ above $W_x$, as in the tree that leans to the left.",
                "that W has a fitting shape, (D + H, H), and its blocks in the wrong order: here the input comes first "
                "in [left, right].",
            ),
            Option(
                "$W_x$ above $W_h$.",
                "the input comes first in [left, right], so its weights are the first D rows of W.",
            ),
            Option(
                "$W_x$ beside $W_h$.",
                "side by side they do not fit: W_x has D rows and W_h has H. The two blocks stand one above the other.",
            ),
            Option(
                "$W_x W_h$, one after the other.",
                "the product is (D, H) and takes the input only. The state would have no weights.",
            ),
        ),
        right=2,
    ),
    "one-matrix": Choice(
        title="One W (重みの共有) at many nodes",
        text="A tree has 8 leaves, and each other node has two children. How many parts are added up in $dW$?",
        options=(
            Option(
                "One: there is one W.", "one W, used at many nodes. Each use is a path to the loss, and paths add up."
            ),
            Option(
                "Three: one for each height.",
                "a balanced tree has three heights above its leaves, and four nodes at the lowest of them. Each node "
                "counts.",
            ),
            Option(
                "Seven.", "each join makes two trees one. From 8 leaves to one root takes 7 joins, whatever the shape."
            ),
            Option("Eight: one for each leaf.", "a leaf's vector is a parameter, made without W. Only parents use W."),
        ),
        right=3,
    ),
    "tree-told": Choice(
        title="What the tree network was told (木構造)",
        text="In 10.6 the tree network was better on long expressions than the string network, with as many "
        "parameters, examples and updates. What follows?",
        options=(
            Option(
                "For this rule and this training, to be *given* the structure helped.",
                "the tree network was given every tree, the string network only characters. 10.7 has a rule "
                "where it does not help.",
            ),
            Option(
                "The tree network has understood the brackets by itself.",
                "it has never seen a bracket: it was given the tree.",
            ),
            Option(
                "A recurrent network cannot learn brackets.",
                "300 updates on short expressions did not teach it. That does not prove it impossible.",
            ),
            Option(
                "Networks over trees are better than recurrent ones.",
                "in 10.7, for another rule, the recurrent network does at least as well on average.",
            ),
        ),
        right=1,
    ),
}
