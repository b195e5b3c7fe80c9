"""Quizzes about notebook 13: two naive forecasts, a scaler that knows the future, and a forecast far ahead."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "twelve-ahead": Choice(
        title="Persistence and the seasonal naive (季節ナイーブ) twelve steps ahead",
        text="A monthly series has a yearly season. The forecast is for exactly twelve months ahead. Which is nearer "
        "to the truth: persistence, or the seasonal naive with a period of twelve?",
        options=(
            Option(
                "The seasonal naive: it knows the season, and persistence does not.",
                "twelve months ahead it is the same month again: the last value is that of the right season too.",
            ),
            Option(
                "Persistence: its value is newer by a year.",
                "the value of the same month of the last period is, twelve months ahead, the last value itself.",
            ),
            Option(
                "Neither: they are the same number.",
                "the seasonal naive repeats the last twelve values, and the twelfth of them is the last one.",
            ),
        ),
        right=3,
    ),
    "scaled-first": Choice(
        title="A scaler that has seen the test part: leakage (リーク)",
        text="A series is scaled with the mean and spread of the whole of it. Then least squares with a constant is "
        "fitted on the training part, and its forecasts are scaled back. What has that leak changed in them?",
        options=(
            Option(
                "They are better: the scaler has told them the level of the future.",
                "a linear forecast with a constant can take up any shift and any factor: it has not been told anything "
                "that it can use.",
            ),
            Option(
                "Nothing at all.",
                "shift and factor change the constant alone, and come out again. Such a leak leaves no trace here; a "
                "network whose forecasts do not follow a shift may use it.",
            ),
            Option(
                "They are worse: the spread of the whole series does not fit the training part.",
                "another factor changes the constant alone, and nothing after scaling back.",
            ),
        ),
        right=2,
    ),
    "far-ahead": Choice(
        title="A forecast that is fed back, far ahead",
        text="Far ahead, nothing of a certain series can be known. Model A always forecasts its mean. Model B writes a "
        "series that looks just like it, with the right mean and spread, but independent of the true one. Which has "
        "the larger root of the mean squared error?",
        options=(
            Option(
                "A: a straight line never looks like the series.",
                "looking alike is not asked for: the mean is the constant with the least squared error.",
            ),
            Option(
                "B, by a factor of $\\sqrt 2$.",
                "two independent series differ with the variance of both together: twice that of one.",
            ),
            Option(
                "They are the same: neither knows anything.",
                "B makes an error with the truth's variance, and adds its own.",
            ),
        ),
        right=2,
    ),
}
