// `prepare.order`: some keys of the column whose order a table is split in
// (common/prepare/order_cuts.h). `prepare.cuts`: from those of all tasks, where the cuts are.
//
// prepare.order: input as prepare.profile; its parameters, {cuts, entries_max} beside them.
// Rows: cut:i64, value:f64, row:i64, weight:i64, next:i64, kind:i64.
// prepare.cuts: one task; the same parameters, input "entries". Yields {"cuts": …}.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/order_cuts.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/split_cells.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

constexpr int64_t kEntryRowsAtOnce = 1 << 16;
// More rows than a task has; sums of it do not overflow.
constexpr int64_t kWeightMax = int64_t{1} << 40;

Schema EntrySchema() {
  return {{{"cut", DType::kI64, 1},
           {"value", DType::kF64, 1},
           {"row", DType::kI64, 1},
           {"weight", DType::kI64, 1},
           {"next", DType::kI64, 1},
           {"kind", DType::kI64, 1}}};
}

const char* NameOf(OrderKind kind) { return kind == OrderKind::kNumber ? "a number" : "a date or time"; }

class OrderPass final : public RowPassKernel {
 public:
  OrderPass(std::unique_ptr<RowReducer> reducer, std::unique_ptr<SplitCells> cells, std::vector<OrderCut> cuts,
            int64_t entries_max)
      : RowPassKernel(std::move(reducer)),
        cells_(std::move(cells)),
        cuts_(std::move(cuts)),
        entries_max_(entries_max) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(cells_->Seek(task, context));
    std::optional<OrderKind> kind;
    std::vector<OrderKey> keys;
    while (true) {
      MOTE_ASSIGN_OR_RETURN(const bool more, cells_->Next());
      if (!more) break;
      MOTE_ASSIGN_OR_RETURN(const OrderValue value, ReadCell());
      if (kind && *kind != value.kind) return Mixed(*kind, value.kind);
      kind = value.kind;
      keys.push_back({value.value, cells_->row()});
    }
    std::sort(keys.begin(), keys.end());
    TableBuilder entries(EntrySchema());
    for (size_t i = 0; i < cuts_.size(); ++i) {
      if (cuts_[i].found) continue;
      for (const OrderEntry& entry : SketchKeys(keys, cuts_[i], entries_max_)) {
        entries.AddI64(static_cast<int64_t>(i));
        entries.AddF64(entry.key.value);
        entries.AddI64(entry.key.row);
        entries.AddI64(entry.weight);
        entries.AddI64(entry.next);
        entries.AddI64(kind ? static_cast<int64_t>(*kind) : -1);
      }
    }
    return entries.Take();
  }

 private:
  absl::StatusOr<OrderValue> ReadCell() const {
    const std::string_view cell = cells_->cell();
    const bool is_missing = cells_->options().IsMissing(cell);
    if (!is_missing) {
      if (const std::optional<OrderValue> value = ParseOrderValue(cell)) return *value;
    }
    const std::string shown = absl::StrCat("\"", std::string(cell.substr(0, 60)), "\"");
    return absl::InvalidArgumentError(absl::StrCat(
        "split.order: ", cells_->Place(), " has ", is_missing ? "no value" : shown, " in column \"",
        cells_->options().order_column, "\"",
        is_missing ? ", so its place in the order is not known; "
                   : ", which is neither a number nor a date or time such as 2021-03-04 or 2021-03-04T10:15:00Z; ",
        "leave such rows out with a filter before"));
  }

  absl::Status Mixed(OrderKind before, OrderKind now) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "split.order: ", cells_->Place(), " has ", NameOf(now), " in column \"", cells_->options().order_column,
        "\", and a row before it ", NameOf(before), "; these have no order, so write all of them alike"));
  }

  const std::unique_ptr<SplitCells> cells_;
  const std::vector<OrderCut> cuts_;
  const int64_t entries_max_;
};

class OrderKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<SplitCells> cells, SplitCells::Open(pass, context));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(std::vector<OrderCut> cuts, DecodeCuts(parameters.at("cuts")));
    const auto entries_max = parameters.at("entries_max").get<int64_t>();
    return std::make_unique<OrderPass>(std::move(reducer), std::move(cells), std::move(cuts), entries_max);
  }
};

class CutsPass final : public PassKernel {
 public:
  CutsPass(PrepareOptions options, std::vector<OrderCut> cuts, Value entries)
      : options_(std::move(options)), cuts_(std::move(cuts)), value_(std::move(entries)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::vector<std::vector<OrderEntry>> entries(cuts_.size());
    MOTE_RETURN_IF_ERROR(ReadEntries(context, &entries));
    std::vector<OrderCut> cuts = cuts_;
    if (cuts.size() == 1 && cuts[0].rank < 0) {
      cuts = FirstCuts(entries[0]);
      entries.resize(cuts.size(), entries[0]);
    }
    for (size_t i = 0; i < cuts.size(); ++i) {
      if (!cuts[i].found) MOTE_RETURN_IF_ERROR(Narrow(std::move(entries[i]), &cuts[i]));
    }
    *partial = Json{{"cuts", EncodeCuts(cuts)}}.dump();
    return absl::OkStatus();
  }

 private:
  absl::Status ReadEntries(TaskContext& context, std::vector<std::vector<OrderEntry>>* entries) const {
    MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<RowSource> source, RowSource::Open(value_, context));
    if (source->dataset().schema != EntrySchema()) return Wrong("other columns");
    int64_t first[2] = {-1, -1};  // a row of each kind
    std::string copy;
    for (int64_t begin = 0; begin < source->rows(); begin += kEntryRowsAtOnce) {
      const int64_t end = std::min(begin + kEntryRowsAtOnce, source->rows());
      MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, source->View({begin, end}, context, &copy));
      MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(source->dataset().schema, end - begin, bytes));
      for (int64_t i = 0; i < view.rows(); ++i) {
        const auto whole = [&](size_t column) {
          int64_t number = 0;
          std::memcpy(&number, view.Cell(i, column).data(), sizeof(number));
          return number;
        };
        const int64_t cut = whole(0), kind = whole(5);
        if (cut < 0 || cut >= static_cast<int64_t>(entries->size()) || kind > 1) return Wrong("another cut");
        const OrderEntry entry{{view.Number(i, 1), whole(2)}, whole(3), whole(4)};
        const bool is_count =
            entry.weight >= 0 && entry.weight <= kWeightMax && entry.next >= 0 && entry.next <= kWeightMax;
        if (!is_count || !std::isfinite(entry.key.value)) return Wrong("no keys");
        if (kind >= 0 && entry.key.row >= 0 && first[kind] < 0) first[kind] = entry.key.row;
        (*entries)[static_cast<size_t>(cut)].push_back(entry);
      }
    }
    if (first[0] < 0 || first[1] < 0) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "split.order: column \"", options_.order_column, "\" has numbers, as in row=", first[0],
        ", and dates or times, as in row=", first[1], "; these have no order, so write all of them alike"));
  }

  // All rows are counted now: the cuts by the splits' fractions of them.
  std::vector<OrderCut> FirstCuts(const std::vector<OrderEntry>& entries) const {
    int64_t rows = 0;
    for (const OrderEntry& entry : entries) rows += entry.weight;
    std::vector<OrderCut> cuts;
    for (const int64_t end : SplitEnds(options_.splits, rows)) {
      OrderCut cut;
      cut.rank = end;
      cut.found = end == 0 || end == rows;
      if (end == 0) cut.high = OrderKey::First();
      cuts.push_back(cut);
    }
    return cuts;
  }

  static absl::Status Wrong(const char* what) {
    return absl::InvalidArgumentError(
        absl::StrCat("prepare.cuts: entries of ", what, "; run the same version of mote everywhere"));
  }

  const PrepareOptions options_;
  const std::vector<OrderCut> cuts_;
  const Value value_;
};

class CutsKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(PrepareOptions options, PrepareOptions::Parse(parameters));
    MOTE_ASSIGN_OR_RETURN(std::vector<OrderCut> cuts, DecodeCuts(parameters.at("cuts")));
    MOTE_ASSIGN_OR_RETURN(const Value* const entries, InputOf(pass, "entries"));
    return std::make_unique<CutsPass>(std::move(options), std::move(cuts), *entries);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareCutsKernel() { return std::make_unique<CutsKernel>(); }
std::unique_ptr<Kernel> MakePrepareOrderKernel() { return std::make_unique<OrderKernel>(); }

}  // namespace mote::engine
