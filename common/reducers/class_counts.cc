#include "common/reducers/class_counts.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"

namespace mote {
namespace {

using Counts = std::map<int64_t, int64_t>;

std::string EncodeCounts(const Counts& counts) {
  std::string partial;
  ByteWriter writer(&partial);
  for (const auto& [label, rows] : counts) {
    writer.Put(label);
    writer.Put(rows);
  }
  return partial;
}

absl::StatusOr<Counts> DecodeCounts(std::string_view partial) {
  Counts counts;
  ByteReader reader(partial);
  int64_t previous = -1;
  while (reader.remaining() > 0) {
    MOTE_ASSIGN_OR_RETURN(const int64_t label, reader.Get<int64_t>());
    MOTE_ASSIGN_OR_RETURN(const int64_t rows, reader.Get<int64_t>());
    if (label <= previous || label >= kTrainClassesMax || rows < 1) {
      return absl::InvalidArgumentError(absl::StrCat("class counts: class ", label, " with ", rows, " rows"));
    }
    counts.emplace(label, rows);
    previous = label;
  }
  return counts;
}

class ClassCountsReducer final : public RowReducer {
 public:
  explicit ClassCountsReducer(std::string label) : label_(std::move(label)) {}

  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
    const std::optional<size_t> column = rows.schema.Find(label_);
    if (!column.has_value() || rows.schema.columns[*column].dtype != DType::kI64) {
      return absl::InvalidArgumentError(
          absl::StrCat("no column \"", label_, "\" of class numbers (i64) in ", rows.schema.ToString()));
    }
    Counts counts;
    for (int64_t row = 0; row < rows.rows; ++row) {
      int64_t label;
      std::memcpy(&label, view.Cell(row, *column).data(), sizeof(label));
      if (label < 0 || label >= kTrainClassesMax) {
        return absl::InvalidArgumentError(absl::StrCat(label_, ": class ", label, " is not in 0 to ",
                                                       kTrainClassesMax - 1,
                                                       "; classes are numbered from 0, as prepare does"));
      }
      ++counts[label];
    }
    *partial = EncodeCounts(counts);
    return absl::OkStatus();
  }

  absl::Status Validate(std::string_view partial) const override { return DecodeCounts(partial).status(); }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(Counts counts, DecodeCounts(left));
    MOTE_ASSIGN_OR_RETURN(const Counts more, DecodeCounts(right));
    for (const auto& [label, rows] : more) counts[label] += rows;
    left = EncodeCounts(counts);
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink&, BlobSource*) const override {
    Counts counts;
    if (partial != nullptr) {
      MOTE_ASSIGN_OR_RETURN(counts, DecodeCounts(*partial));
    }
    Json classes = Json::array();
    for (const auto& [label, rows] : counts) classes.push_back({label, rows});
    Output output;
    output.content.bytes = Json{{"classes", std::move(classes)}}.dump();
    output.bytes = static_cast<int64_t>(output.content.bytes.size());
    return output;
  }

 private:
  const std::string label_;
};

}  // namespace

ReducerEntry ClassCountsEntry() {
  return {.description = {.name = "class_counts",
                          .summary = "How many rows each class has",
                          .parameters = {{"label", Parameter::Kind::kText, "\"label\"", false, "column of classes"}},
                          .bound = "16 bytes a class"},
          .user = false,
          .make_rows = [](const Json& parameters) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
            return std::make_unique<ClassCountsReducer>(Params(parameters).Text("label"));
          }};
}

}  // namespace mote
