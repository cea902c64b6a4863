#include "common/prepare/options.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/invalid.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote {
namespace {

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status NotOneOf(std::string_view path, const std::string& given, const std::vector<std::string>& known) {
  return Invalid(absl::StrCat(std::string(path), ": \"", given, "\" is not one of ", absl::StrJoin(known, ", "),
                              DidYouMean(given, known)));
}

absl::Status ParseOneHot(const Json& value, PrepareOptions* options) {
  if (value.is_array()) {
    options->one_hot = OneHot::kNamed;
    MOTE_ASSIGN_OR_RETURN(options->one_hot_columns, TextList(value, "one_hot"));
    return absl::OkStatus();
  }
  if (value == "auto" || value == true) return absl::OkStatus();
  if (value != "off" && value != false)
    return Invalid(absl::StrCat("one_hot: ", value.dump(), " is not auto, off or a list of columns"));
  options->one_hot = OneHot::kOff;
  return absl::OkStatus();
}

// train, dev and test first: keys of JSON objects come sorted.
int SplitRank(const std::string& name) {
  if (name == "train") return 0;
  if (name == "dev") return 1;
  return name == "test" ? 2 : 3;
}

bool IsIdentifier(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

// random, rows, or a column: the last as {column: rows} too, should it be called so.
absl::Status ParseOrder(const Json& value, const std::string& path, PrepareOptions* options) {
  if (value.is_object()) {
    MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(value, {"column"}, path)));
    if (!value.contains("column")) return Invalid(absl::StrCat(path, ": name the column, as in {column: time}"));
    MOTE_ASSIGN_OR_RETURN(options->order_column, ScalarText(value["column"], path + ".column"));
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const std::string order, ScalarText(value, path));
  options->in_order = order == "rows";
  if (!options->in_order && order != "random") options->order_column = order;
  return absl::OkStatus();
}

absl::Status ParseSplitEntry(const std::string& name, const Json& value, PrepareOptions* options) {
  const std::string path = "split." + name;
  if (name == "seed") {
    if (!value.is_number_integer() || value < 0) {
      return Invalid(absl::StrCat(path, ": ", value.dump(), " is not an integer from 0"));
    }
    options->seed = value.get<uint64_t>();
    return absl::OkStatus();
  }
  if (name == "group") {
    MOTE_ASSIGN_OR_RETURN(options->group, ScalarText(value, path));
    return absl::OkStatus();
  }
  if (name == "stratify") {
    MOTE_ASSIGN_OR_RETURN(options->stratify, ScalarText(value, path));
    return absl::OkStatus();
  }
  if (name == "order") return ParseOrder(value, path, options);
  if (!IsIdentifier(name)) return Invalid(absl::StrCat(path, ": a split's name has letters, digits, _ and - only"));
  if (name == "fitted" || name == "quality" || name == "quarantined") {
    return Invalid(absl::StrCat(path, ": that name is taken by another output; call the split otherwise"));
  }
  if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() <= 1)) {
    return Invalid(absl::StrCat(path, ": ", value.dump(), " is not in (0, 1]"));
  }
  options->splits.push_back({name, value.get<double>()});
  return absl::OkStatus();
}

// Rows are shared out by one rule.
absl::Status CheckRule(const PrepareOptions& options) {
  const bool ordered = options.in_order || !options.order_column.empty();
  if (ordered && !options.group.empty()) {
    return Invalid("split: order: rows would part the groups of `group`; keep one of them");
  }
  if (ordered && !options.stratify.empty()) {
    return Invalid("split: `order` takes the rows as they come, `stratify` draws them; keep one of them");
  }
  if (options.stratify.empty() || options.group.empty()) return absl::OkStatus();
  return Invalid("split: `stratify` would part the groups of `group`; keep one of them");
}

absl::Status ParseSplit(const Json& split, PrepareOptions* options) {
  double total = 0;
  for (const auto& [name, value] : split.items()) MOTE_RETURN_IF_ERROR(ParseSplitEntry(name, value, options));
  for (const SplitFraction& part : options->splits) total += part.fraction;
  if (total > 1 + 1e-9)
    return Invalid(absl::StrCat("split: the fractions add up to ", total, "; at most 1 is allowed"));
  MOTE_RETURN_IF_ERROR(CheckRule(*options));
  std::stable_sort(options->splits.begin(), options->splits.end(), [](const SplitFraction& a, const SplitFraction& b) {
    return SplitRank(a.name) < SplitRank(b.name);
  });
  if (!options->splits.empty() && options->splits[0].name == "train") return absl::OkStatus();
  return Invalid("split: \"train\" is missing; everything is fitted on it, so give it a fraction such as 0.7");
}

absl::Status ParseOnBadRow(const std::string& text, PrepareOptions* options) {
  options->skip_bad_rows = text == "skip" || text == "quarantine";
  if (options->skip_bad_rows || text == "fail") return absl::OkStatus();
  return NotOneOf("on_bad_row", text, {"fail", "skip", "quarantine"});
}

// "; its columns are a, b": a header that was cut at the wrong character shows itself.
std::string ColumnsText(const std::vector<std::string>& known) {
  constexpr size_t kShownMax = 20;
  if (known.size() == 1) {
    return absl::StrCat("; its only column is \"", known[0], "\": if that is several, name their `delimiter`");
  }
  std::string text = absl::StrCat(
      "; its columns are ", absl::StrJoin(known.begin(), known.begin() + std::min(known.size(), kShownMax), ", "));
  if (known.size() > kShownMax) absl::StrAppend(&text, " and ", known.size() - kShownMax, " more");
  return text;
}

// A column is turned into features in one way only.
absl::Status CheckEncodings(const PrepareOptions& options) {
  std::map<std::string, std::string> by;
  const auto add = [&](const std::string& column, const std::string& parameter) -> absl::Status {
    const auto [other, is_new] = by.emplace(column, parameter);
    if (is_new) return absl::OkStatus();
    return Invalid(
        absl::StrCat(parameter, ": column \"", column, "\" is named in ", other->second, " too; keep one of them"));
  };
  for (const std::string& column : options.drop_columns) MOTE_RETURN_IF_ERROR(add(column, "drop_columns"));
  for (const std::string& column : options.one_hot_columns) MOTE_RETURN_IF_ERROR(add(column, "one_hot"));
  for (const auto& [column, order] : options.cleaning.ordinal) MOTE_RETURN_IF_ERROR(add(column, "ordinal"));
  for (const auto& [column, buckets] : options.cleaning.hash) MOTE_RETURN_IF_ERROR(add(column, "hash"));
  for (const std::string& column : options.cleaning.numbers) MOTE_RETURN_IF_ERROR(add(column, "numbers"));
  if (!by.contains(options.label) || options.Drops(options.label)) return absl::OkStatus();
  return Invalid(absl::StrCat(by[options.label], ": \"", options.label, "\" is the label; take it off the list"));
}

}  // namespace

absl::StatusOr<PrepareOptions> PrepareOptions::Parse(const Json& parameters) {
  const Params params(parameters);
  PrepareOptions options;
  options.label = params.Text("label");
  if (const Json* positive = params.Find("positive")) {
    MOTE_ASSIGN_OR_RETURN(options.positive, ScalarText(*positive, "positive"));
  }
  MOTE_ASSIGN_OR_RETURN(options.cleaning, Cleaning::Parse(params));
  MOTE_ASSIGN_OR_RETURN(options.limits, QualityLimits::Parse(params));
  MOTE_RETURN_IF_ERROR(ParseOneHot(*params.Find("one_hot"), &options));
  MOTE_ASSIGN_OR_RETURN(options.drop_columns, TextList(*params.Find("drop_columns"), "drop_columns"));
  MOTE_ASSIGN_OR_RETURN(options.missing, TextList(*params.Find("missing"), "missing"));
  MOTE_RETURN_IF_ERROR(ParseOnBadRow(params.Text("on_bad_row"), &options));
  if (const Json* split = params.Find("split")) MOTE_RETURN_IF_ERROR(ParseSplit(*split, &options));
  options.applies = parameters.value("applies", false);
  MOTE_RETURN_IF_ERROR(CheckEncodings(options));
  return options;
}

std::vector<std::string> PrepareOptions::TableNames() const {
  if (splits.empty()) return {"all"};
  std::vector<std::string> names;
  for (const SplitFraction& part : splits) names.push_back(part.name);
  return names;
}

bool PrepareOptions::Drops(std::string_view column) const { return Has(drop_columns, column); }
bool PrepareOptions::OneHotNames(std::string_view column) const { return Has(one_hot_columns, column); }
bool PrepareOptions::Encodes(std::string_view column) const {
  return OneHotNames(column) || cleaning.ordinal.contains(column) || cleaning.hash.contains(column);
}
bool PrepareOptions::IsMissing(std::string_view cell) const { return Has(missing, cell); }

absl::Status PrepareOptions::CheckColumns(const Schema& schema, std::string_view file) const {
  const std::string table = file.empty() ? "the input" : absl::StrCat("\"", std::string(file), "\"");
  std::vector<std::string> known;
  for (const Column& column : schema.columns) known.push_back(column.name);
  const auto check = [&](const std::string& parameter, const std::string& name) -> absl::Status {
    if (Has(known, name)) return absl::OkStatus();
    return Invalid(absl::StrCat(parameter, ": ", table, " has no column \"", name, "\"", DidYouMean(name, known),
                                ColumnsText(known)));
  };
  MOTE_RETURN_IF_ERROR(check("label", label));
  if (!group.empty()) MOTE_RETURN_IF_ERROR(check("split.group", group));
  if (!stratify.empty()) MOTE_RETURN_IF_ERROR(check("split.stratify", stratify));
  if (!order_column.empty() && !Has(known, order_column)) {
    std::vector<std::string> orders = known;
    orders.insert(orders.end(), {"rows", "random"});
    return Invalid(absl::StrCat("split.order: ", table, " has no column \"", order_column, "\"",
                                DidYouMean(order_column, orders), ColumnsText(known), "; or take rows, or random"));
  }
  for (const auto& [parameter, name] : cleaning.NamedColumns()) MOTE_RETURN_IF_ERROR(check(parameter, name));
  for (const std::string& name : drop_columns) MOTE_RETURN_IF_ERROR(check("drop_columns", name));
  for (const std::string& name : one_hot_columns) MOTE_RETURN_IF_ERROR(check("one_hot", name));
  if (!Drops(label)) return absl::OkStatus();
  return Invalid(absl::StrCat("drop_columns: \"", label, "\" is the label; take it off the list"));
}

std::vector<int64_t> SplitEnds(const std::vector<SplitFraction>& splits, int64_t rows) {
  std::vector<int64_t> ends;
  double total = 0;
  for (const SplitFraction& part : splits) {
    total += part.fraction;
    const double bound = total * static_cast<double>(rows);
    const double nearest = std::round(bound);
    const bool whole = std::abs(bound - nearest) <= 1e-9 * std::max(1.0, nearest);
    ends.push_back(std::min(rows, static_cast<int64_t>(whole ? nearest : std::floor(bound))));
  }
  return ends;
}

int SplitAt(const std::vector<int64_t>& ends, int64_t position) {
  size_t table = 0;  // of a few: counted, since nobody foresees which it is
  for (const int64_t end : ends) table += end <= position;
  return table == ends.size() ? -1 : static_cast<int>(table);
}

SplitPlan::SplitPlan(const PrepareOptions& options, int64_t rows)
    : ends_(SplitEnds(options.splits, rows)),
      seed_(options.seed),
      in_order_(options.in_order),
      permutation_(rows, options.seed) {
  double total = 0;
  for (const SplitFraction& part : options.splits) {
    total += part.fraction;
    shares_.push_back(total > 1 - 1e-9 ? 1 : total);
  }
  if (!ends_.empty() && !in_order_ && options.group.empty()) permutation_.Tabulate();
}

int SplitPlan::Of(int64_t row) const {
  if (ends_.empty()) return 0;
  return SplitAt(ends_, in_order_ ? row : permutation_.At(row));
}

// Each is a chain of look-ups that the processor follows for several rows side by side, as
// long as nothing else comes in between.
void SplitPlan::Of(int64_t begin, int64_t end, int* tables) const {
  for (int64_t row = begin; row < end; ++row) *tables++ = Of(row);
}

int SplitPlan::OfGroup(std::string_view value) const {
  if (shares_.empty()) return 0;
  constexpr int64_t kParts = int64_t{1} << 53;
  // The seed decides on what the value's hash is combined with.
  const auto part = static_cast<double>(HashBucket(absl::StrCat(seed_, ":", std::string(value)), kParts));
  const auto end = std::upper_bound(shares_.begin(), shares_.end(), part / static_cast<double>(kParts));
  return end == shares_.end() ? -1 : static_cast<int>(end - shares_.begin());
}

}  // namespace mote
