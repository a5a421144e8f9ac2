"""How each chart is drawn; its rows come with the shop, currency and period that are chosen.

Altair makes Vega-Lite specifications, which the page hands its rows under the name `rows`. Colours
of texts and lines are left to the page's style, so that they follow light and dark.
"""

from __future__ import annotations

from typing import Any

import altair as alt

REFUNDED, EXCHANGED, CREDITED = "#d4694f", "#2f8f83", "#7a6fc0"
NOW, BEFORE, STUCK = "#3b7ea8", "#a9b4bf", "#d4694f"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
"""The page's own: what is measured must be what is drawn."""


def all_charts() -> dict[str, dict[str, Any]]:
    """The specification of each chart, by the id of its place in the page."""
    return {
        "trend": _spec(_trend(), 260),
        "reasons": _spec(_reasons(), 340),
        "durations": _spec(_durations(), 220),
        "carriers": _spec(_carriers(), 170),
        "ages": _spec(_ages(), 220),
    }


def _rows() -> alt.NamedData:
    return alt.NamedData(name="rows")


def _spec(chart: Any, height: int) -> dict[str, Any]:
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    sized = chart.properties(width="container", height=height, autosize=fit).configure(
        background="transparent",
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            domain=False, ticks=False, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
            labelPadding=6, gridOpacity=0.6, labelLimit=210,
        ),
        legend=alt.LegendConfig(
            orient="top", title=None, labelFontSize=12, symbolType="square", offset=6
        ),
        bar=alt.BarConfig(cornerRadiusEnd=2),
    )  # fmt: skip
    made: dict[str, Any] = sized.to_dict()
    # The page brings its own schema of nothing: an address would stand in the file for no use.
    made.pop("$schema", None)
    return made


def _in_lines() -> alt.Axis:
    """Labels broken at |, since a phone has no room for them beside each other."""
    return alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", labelLineHeight=14)


def _trend() -> alt.Chart:
    """Money by what became of it, over time."""
    parts = alt.Scale(
        domain=["Refunded", "Exchanged", "Store credit"], range=[REFUNDED, EXCHANGED, CREDITED]
    )
    return (
        alt.Chart(_rows())
        .mark_bar()
        .encode(
            x=alt.X(
                "bucket:O",
                title=None,
                sort=None,
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
            ),
            y=alt.Y("amount:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color("part:N", scale=parts),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("span:N", title="When"),
                alt.Tooltip("part:N", title="What"),
                alt.Tooltip("shown:N", title="Amount"),
                alt.Tooltip("returns:Q", title="Returns", format=","),
            ],
        )
    )


def _reasons() -> alt.Chart:
    """Units by reason, in this period and the one before."""
    spans = alt.Scale(domain=["This period", "Before"], range=[NOW, BEFORE])
    return (
        alt.Chart(_rows())
        .mark_bar()
        .encode(
            y=alt.Y("reason:N", title=None, sort=alt.EncodingSortField("place", order="ascending")),
            yOffset=alt.YOffset("span:N", sort=["This period", "Before"]),
            x=alt.X("units:Q", title="Units", axis=alt.Axis(tickCount=5, format="~s")),
            color=alt.Color("span:N", scale=spans),
            tooltip=[
                alt.Tooltip("full:N", title="Reason"),
                alt.Tooltip("span:N", title="When"),
                alt.Tooltip("units:Q", title="Units", format=","),
            ],
        )
    )


def _durations() -> alt.Chart:
    """Returns by how long they took."""
    return (
        alt.Chart(_rows())
        .mark_bar(color=NOW)
        .encode(
            x=alt.X(
                "label:N",
                title=None,
                sort=alt.EncodingSortField("place", order="ascending"),
                axis=_in_lines(),
            ),
            y=alt.Y("returns:Q", title="Returns", axis=alt.Axis(tickCount=5, format="~s")),
            tooltip=[
                alt.Tooltip("duration:N", title="Took"),
                alt.Tooltip("returns:Q", title="Returns", format=","),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )


def _carriers() -> alt.Chart:
    """What labels cost, by carrier."""
    return (
        alt.Chart(_rows())
        .mark_bar(color=NOW)
        .encode(
            y=alt.Y("carrier:N", title=None, sort="-x"),
            x=alt.X("cost:Q", title="Cost of labels", axis=alt.Axis(tickCount=5, format="~s")),
            tooltip=[
                alt.Tooltip("carrier:N", title="Carrier"),
                alt.Tooltip("shown:N", title="Cost of labels"),
                alt.Tooltip("labels:Q", title="Labels", format=","),
                alt.Tooltip("each:N", title="A label"),
            ],
        )
    )


def _ages() -> alt.Chart:
    """Units under way, by how long there was no news."""
    kinds = alt.Scale(domain=["On its way", "Stuck"], range=[NOW, STUCK])
    return (
        alt.Chart(_rows())
        .mark_bar()
        .encode(
            x=alt.X(
                "label:N",
                title=None,
                sort=alt.EncodingSortField("place", order="ascending"),
                axis=_in_lines(),
            ),
            y=alt.Y("units:Q", title="Units", axis=alt.Axis(tickCount=5, format="~s")),
            color=alt.Color("kind:N", scale=kinds),
            tooltip=[
                alt.Tooltip("age:N", title="Without news for"),
                alt.Tooltip("kind:N", title="Parcel"),
                alt.Tooltip("units:Q", title="Units", format=","),
                alt.Tooltip("shown:N", title="Worth"),
            ],
        )
    )
