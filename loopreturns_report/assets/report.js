const data = JSON.parse(document.getElementById("data").textContent);
const chosen = { shop: data.shops[0], currency: data.currencies[0], days: 365 };
const views = {};
const byId = (id) => document.getElementById(id);

// How figures are written.

const whole = (n) => Number(n ?? 0).toLocaleString("en-US");
const percent = (n) => (n == null || !isFinite(n) ? "–" : `${(100 * n).toFixed(1)} %`);
const known = (currency) => currency !== "XXX";
function money(n, currency = chosen.currency) {
  if (n == null) return "–";
  const style = known(currency) ? { style: "currency", currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return Number(n).toLocaleString("en-US", style);
}
function days(seconds) {
  if (seconds == null) return "–";
  const n = seconds / 86400;
  return `${n.toFixed(1)} ${n.toFixed(1) === "1.0" ? "day" : "days"}`;
}
const day = (iso) => new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const month = (iso) => new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", { month: "short", year: "2-digit", timeZone: "UTC" });
const dayAndMonth = (iso) => new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const change = (now, before) => (before ? (now - before) / before : null);
function changed(ratio) {
  if (ratio == null || !isFinite(ratio)) return "–";
  const points = Math.round(100 * ratio);
  return points === 0 ? "no change" : `${points > 0 ? "+" : "−"}${Math.abs(points)} %`;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text != null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Switches.

function figures() {
  return data.figures[`${chosen.shop}|${chosen.currency}|${chosen.days}`];
}

function addSwitch(title, name, options) {
  if (options.length < 2) return;
  const set = element("fieldset");
  set.id = `switch_${name}`;
  set.append(element("legend", title));
  for (const [value, text] of options) {
    const label = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name, value, checked: chosen[name] === value });
    input.addEventListener("change", () => choose(name, value));
    label.append(input, element("span", text));
    set.append(label);
  }
  byId("switches").append(set);
}

function addSwitches() {
  const named = (currency) => (known(currency) ? currency : "not given");
  addSwitch("Shop", "shop", data.shops.map((shop) => [shop, shop || "All shops"]));
  addSwitch("Currency", "currency", data.currencies.map((one) => [one, named(one)]));
  addSwitch("Period", "days", data.periods.map((one) => [one.days, one.title]));
}

function choose(name, value) {
  chosen[name] = value;
  show();
}

// Cards.

function showCards(found) {
  const { totals: now, before, sold } = found;
  const rates = { units: [now.units, sold.units], value: [now.value, sold.value], orders: [now.orders, sold.orders] };
  const [returned, outOf] = rates[data.definitions.loop_return_rate];
  const share = (part, of) => (of ? part / of : null);
  const cards = [
    ["returns", "Returns", whole(now.returns), `${whole(now.units)} units; ${whole(now.open_returns)} still open`, [now.returns, before?.returns, -1]],
    ["returned", "Value returned", money(now.returned), now.returns ? `${money(now.returned / now.returns)} a return` : "", [now.returned, before?.returned, -1]],
    ["refunded", "Refunded", money(now.refunded), `${percent(share(now.refunded, now.returned))} of what came back`, [now.refunded, before?.refunded, -1]],
    ["kept", "Kept", money(now.kept), `${percent(share(now.kept, now.returned))} of what came back`, [now.kept, before?.kept, 1]],
    ["upsell", "Paid on top", money(now.upsell), "", [now.upsell, before?.upsell, 1]],
    ["shipping", "Shipping, net", money(now.net_shipping), `${money(now.label_cost)} labels − ${money(now.fees)} fees`, [now.net_shipping, before?.net_shipping, -1]],
    ["time", "Time to process", days(now.median_to_process), now.processed ? `${percent(now.within_week / now.processed)} within a week` : "", [now.median_to_process, before?.median_to_process, -1]],
  ];
  if (outOf) cards.unshift(["rate", "Return rate", percent(returned / outOf), `${known(chosen.currency) && data.definitions.loop_return_rate === "value" ? money(outOf) : whole(outOf)} ${{ units: "units", value: "", orders: "orders" }[data.definitions.loop_return_rate]} sold`, null]);
  byId("cards").replaceChildren(...cards.map(card));
}

function card([id, title, figure, beside, compared]) {
  const made = element("div", null, "card");
  made.id = `card_${id}`;
  made.append(element("h2", title), element("p", figure, "figure"));
  if (beside) made.append(element("p", beside, "beside"));
  const ratio = compared && compared[0] != null && compared[1] != null ? change(compared[0], compared[1]) : null;
  if (ratio != null) {
    const better = Math.round(100 * ratio) * compared[2];
    made.append(element("p", `${changed(ratio)} vs. ${chosen.days === 365 ? "12 months" : `${chosen.days} days`} before`, `beside ${better > 0 ? "good" : better < 0 ? "bad" : "same"}`));
  }
  made.append(element("p", data.made[id], "how"));
  return made;
}

// Tables.

const writes = {
  text: (v) => v ?? "–",
  whole,
  money: (v) => money(v),
  percent,
  change: changed,
  date: (v) => (v ? day(v) : "–"),
  days: (v) => `${whole(v)} days`,
};
const ROWS = 12;
const sorting = {};

function table(id, columns, rows, nothing) {
  const place = byId(id);
  if (!rows.length) {
    place.replaceChildren(element("p", nothing, "empty"));
    return;
  }
  const state = (sorting[id] ??= { column: null, ascending: false, all: false });
  const shown = sorted(rows, state);
  const made = element("table");
  made.append(head(id, columns, rows, nothing, state), body(columns, state.all ? shown : shown.slice(0, ROWS)));
  place.replaceChildren(made);
  if (shown.length > ROWS) {
    const more = element("button", state.all ? "Show fewer" : `Show all ${shown.length}`, "more");
    more.type = "button";
    more.addEventListener("click", () => {
      state.all = !state.all;
      table(id, columns, rows, nothing);
    });
    place.append(more);
  }
}

function sorted(rows, { column, ascending }) {
  if (!column) return rows;
  const sign = ascending ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x == null || y == null) return (x == null) - (y == null);
    return sign * (typeof x === "string" ? x.localeCompare(y) : x - y);
  });
}

function head(id, columns, rows, nothing, state) {
  const row = element("tr");
  for (const [name, title, kind] of columns) {
    const cell = element("th", null, kind === "text" ? "" : "number");
    cell.scope = "col";
    if (state.column === name) cell.setAttribute("aria-sort", state.ascending ? "ascending" : "descending");
    const button = element("button", title);
    button.type = "button";
    button.addEventListener("click", () => {
      state.ascending = state.column === name ? !state.ascending : kind === "text";
      state.column = name;
      table(id, columns, rows, nothing);
      byId(id).querySelectorAll("th button")[columns.findIndex((one) => one[0] === name)].focus();
    });
    cell.append(button);
    row.append(cell);
  }
  const made = element("thead");
  made.append(row);
  return made;
}

function body(columns, rows) {
  const made = element("tbody");
  for (const one of rows) {
    const row = element("tr");
    for (const [name, , kind] of columns) {
      row.append(element("td", writes[kind](one[name]), kind === "text" ? "" : "number"));
    }
    made.append(row);
  }
  return made;
}

// Charts.

async function chart(id, rows) {
  const place = byId(id);
  place.hidden = !rows.length;
  if (!rows.length) return;
  if (!views[id]) {
    // Rows from the start, so that the first picture is whole.
    const spec = { ...data.charts[id], datasets: { rows } };
    const options = { actions: false, renderer: "svg", tooltip: { theme: "custom" } };
    views[id] = vegaEmbed(place, spec, options).then((made) => made.view);
    await views[id];
    return;
  }
  const view = await views[id];
  await view.data("rows", rows).resize().runAsync();
}

const oneLine = (label) => label.replace("|", " ");
const short = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const outcomeOf = (text) => (text === "none" ? "Not decided" : (text[0].toUpperCase() + text.slice(1)).replaceAll("+", " + "));
const reasonOf = (row) => (row.parent_reason === "Not given" ? row.reason : `${row.parent_reason}: ${row.reason}`);

function trendRows(found) {
  const label = { day: dayAndMonth, week: dayAndMonth, month }[found.bucket];
  const span = { day, week: (iso) => `Week of ${day(iso)}`, month }[found.bucket];
  const parts = [["Refunded", "refunded"], ["Exchanged", "exchanged"], ["Store credit", "credited"]];
  return found.trend.flatMap((row) => parts.map(([part, name], order) => ({
    bucket: label(row.bucket), span: span(row.bucket), part, order, amount: row[name], shown: money(row[name]), returns: row.returns,
  })));
}

function reasonRows(found) {
  return found.reasons.slice(0, 10).flatMap((row, place) => {
    const full = reasonOf(row);
    const both = [{ place, full, reason: short(full, 34), span: "This period", units: row.units }];
    if (found.before) both.push({ ...both[0], span: "Before", units: row.units_before });
    return both;
  });
}

function showCharts(found) {
  const returns = found.durations.reduce((sum, row) => sum + row.returns, 0);
  return Promise.all([
    chart("trend", trendRows(found)),
    chart("reasons", reasonRows(found)),
    chart("durations", found.durations.map((row) => ({ ...row, duration: oneLine(row.label), share: row.returns / returns }))),
    chart("carriers", found.carriers.map((row) => ({ ...row, shown: money(row.cost), each: money(row.cost / row.labels) }))),
    chart("ages", found.ages.map((row) => ({ ...row, age: oneLine(row.label), kind: row.stuck ? "Stuck" : "On its way", shown: money(row.value) }))),
  ]);
}

// Everything.

function showTables(found) {
  const { totals } = found;
  const withChange = found.before ? [["change", "Change", "change"]] : [];
  table("outcomes", [["outcome", "Outcome", "text"], ["returns", "Returns", "whole"], ["share", "Share", "percent"], ["returned", "Worth", "money"]],
    found.outcomes.map((row) => ({ ...row, outcome: outcomeOf(row.outcome), share: row.returns / totals.returns })), "No returns in this period.");
  table("exchanges", [["exchanged_for", "Exchanged for", "text"], ["items", "Items", "whole"], ["total", "Total", "money"], ["each", "Price step", "money"]],
    found.exchanges.map((row) => ({ ...row, exchanged_for: outcomeOf(row.exchanged_for), each: row.compared ? row.step / row.compared : null })), "Nothing was exchanged in this period.");
  table("reason_table", [["reason", "Reason", "text"], ["units", "Units", "whole"], ["share", "Share", "percent"], ["value", "Value", "money"], ...withChange],
    found.reasons.map((row) => ({ ...row, reason: reasonOf(row), share: row.units / totals.units, change: change(row.units, row.units_before) })), "No units in this period.");
  const withRate = found.products.some((row) => row.units_sold) ? [["units_sold", "Sold", "whole"], ["rate", "Rate", "percent"]] : [];
  table("products", [["title", "Product", "text"], ["units", "Units back", "whole"], ...withRate, ["value", "Value", "money"], ["reason", "Most frequent reason", "text"], ...withChange],
    found.products.map((row) => ({ ...row, title: row.title ?? row.product_id, rate: row.units_sold ? row.units / row.units_sold : null, change: change(row.units, row.units_before) })), "No units in this period.");
  table("carrier_table", [["carrier", "Carrier", "text"], ["labels", "Labels", "whole"], ["cost", "Cost", "money"], ["each", "A label", "money"], ["arrived", "Delivered", "percent"]],
    found.carriers.map((row) => ({ ...row, each: row.cost / row.labels, arrived: row.delivered / row.labels })), "No labels in this period.");
  table("stuck", [["return_id", "Return", "text"], ["carrier", "Carrier", "text"], ["status", "Last word", "text"], ["destination", "Goes to", "text"], ["units", "Units", "whole"], ["value", "Worth", "money"], ["age_days", "Under way", "days"], ["silent_days", "No news for", "days"]],
    found.stuck, "Nothing is stuck.");
  table("customers", [["customer", "Shopper", "text"], ["returns", "Returns", "whole"], ["most", "Most in the window", "whole"], ["units", "Units", "whole"], ["returned", "Worth", "money"], ["refunded", "Refunded", "money"], ["kept", "Kept", "money"], ["net_shipping", "Shipping, net", "money"], ["last_return", "Last return", "date"]],
    found.customers, "Nobody returns often.");
}

function showLines(found) {
  byId("span").textContent = [
    `${day(found.first)} to ${day(found.last)}`,
    known(chosen.currency) ? `amounts in ${chosen.currency}` : "currency not given",
    data.shops.length > 1 ? chosen.shop || "all shops" : null,
  ].filter(Boolean).join(" · ");
  byId("under_way").hidden = !found.under_way;
  const sum = (rows, name) => rows.reduce((all, row) => all + row[name], 0);
  const stuck = found.ages.filter((row) => row.stuck);
  byId("stuck_line").textContent = `${whole(sum(found.ages, "units"))} units are on their way, worth ${money(sum(found.ages, "value"))}; ${whole(sum(stuck, "units"))} of them are stuck, worth ${money(sum(stuck, "value"))}.`;
  const often = found.repeaters;
  byId("repeat_line").textContent = often.customers
    ? `${whole(often.repeaters)} of ${whole(often.customers)} shoppers make ${percent(often.returns / often.all_returns)} of all returns.`
    : "Shoppers are not known in these tables.";
}

function show() {
  const found = figures() ?? figures_of_none();
  showLines(found);
  showCards(found);
  showTables(found);
  return showCharts(found);
}

// A shop that has nothing in the chosen currency shows its first currency that it has.
function figures_of_none() {
  chosen.currency = data.currencies.find((one) => data.figures[`${chosen.shop}|${one}|${chosen.days}`]);
  const input = document.querySelector(`input[name=currency][value="${chosen.currency}"]`);
  if (input) input.checked = true;
  return figures();
}

for (const place of document.querySelectorAll("[data-made]")) place.textContent = data.made[place.dataset.made];
byId("actions_section").hidden = !data.actions.length;
if (data.actions.length) {
  table("actions", [["action_name", "Action", "text"], ["action_outcome", "Outcome", "text"], ["actions", "Times", "whole"], ["as_intended", "As intended now", "whole"], ["otherwise", "Otherwise", "whole"]], data.actions, "");
}
byId("foot").textContent = `Made on ${data.made_at} from the tables that tap-loopreturns loads.`;
addSwitches();
show().then(() => { document.body.dataset.ready = "yes"; });
