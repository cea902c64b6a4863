#include "common/reducers/value_sketch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
namespace {

using Values = std::vector<CountedValue>;

constexpr size_t kEntryBytes = sizeof(float) + sizeof(int64_t);

// Keeps about half of kSketchPointsMax points: the last value of each run that
// holds an equal share of the count.
void Thin(Values* values) {
  if (values->size() <= kSketchPointsMax) return;
  double total = 0;
  for (const CountedValue& value : *values) total += static_cast<double>(value.count);
  const double share = total / (static_cast<double>(kSketchPointsMax) / 2);
  Values kept;
  int64_t run = 0;
  double seen = 0;
  double next = share;
  for (size_t i = 0; i < values->size(); ++i) {
    run += (*values)[i].count;
    seen += static_cast<double>((*values)[i].count);
    if (seen < next && i + 1 < values->size()) continue;
    kept.push_back({(*values)[i].value, run});
    run = 0;
    while (next <= seen) next += share;
  }
  *values = std::move(kept);
}

Values Merge(const Values& left, const Values& right) {
  Values merged;
  merged.reserve(left.size() + right.size());
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    if (b == right.end() || (a != left.end() && a->value < b->value)) {
      merged.push_back(*a++);
    } else if (a == left.end() || b->value < a->value) {
      merged.push_back(*b++);
    } else {
      merged.push_back({a->value, a->count + b->count});
      ++a, ++b;
    }
  }
  return merged;
}

absl::StatusOr<Values> ReadValues(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const uint32_t size, reader.Get<uint32_t>());
  if (size > reader.remaining() / kEntryBytes) return absl::InvalidArgumentError("a truncated sketch");
  Values values(size);
  for (CountedValue& value : values) {
    MOTE_ASSIGN_OR_RETURN(value.value, reader.Get<float>());
    MOTE_ASSIGN_OR_RETURN(value.count, reader.Get<int64_t>());
    const bool ascending = &value == values.data() || (&value)[-1].value < value.value;
    // So that no sum of counts overflows.
    const bool counts = value.count >= 1 && value.count <= std::numeric_limits<int64_t>::max() >> 20;
    if (std::isfinite(value.value) && ascending && counts) continue;
    return absl::InvalidArgumentError("a sketch whose values are not finite, ascending and counted");
  }
  return values;
}

class ValueSketchReducer final : public Reducer {
 public:
  explicit ValueSketchReducer(int64_t bins) : bins_(bins) {}

  absl::Status Validate(std::string_view partial) const override { return DecodeSketch(partial).status(); }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(std::vector<Values> a, DecodeSketch(left));
    MOTE_ASSIGN_OR_RETURN(const std::vector<Values> b, DecodeSketch(right));
    if (a.size() != b.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("sketches of ", a.size(), " and of ", b.size(), " columns do not add up"));
    }
    for (size_t column = 0; column < a.size(); ++column) a[column] = Merge(a[column], b[column]);
    left = EncodeSketch(&a);
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const override {
    BinEdges edges;
    if (partial != nullptr) {
      MOTE_ASSIGN_OR_RETURN(const std::vector<Values> columns, DecodeSketch(*partial));
      for (const Values& values : columns) edges.features.push_back(FitEdges(values, bins_));
    }
    std::string bytes = edges.Encode();
    Output output;
    output.kind = OutputKind::kBlob;
    output.bytes = static_cast<int64_t>(bytes.size());
    output.content = StoreForMemo(std::move(bytes), blobs);
    return output;
  }

 private:
  const int64_t bins_;
};

}  // namespace

std::string EncodeSketch(std::vector<std::vector<CountedValue>>* columns) {
  std::string partial;
  ByteWriter writer(&partial);
  writer.Put(static_cast<uint32_t>(columns->size()));
  for (Values& values : *columns) {
    Thin(&values);
    writer.Put(static_cast<uint32_t>(values.size()));
    for (const CountedValue& value : values) {
      writer.Put(value.value);
      writer.Put(value.count);
    }
  }
  return partial;
}

absl::StatusOr<std::vector<std::vector<CountedValue>>> DecodeSketch(std::string_view partial) {
  ByteReader reader(partial);
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, reader.Get<uint32_t>());
  if (count > kTreeFeaturesMax) return absl::InvalidArgumentError(absl::StrCat("a sketch of ", count, " columns"));
  std::vector<Values> columns(count);
  for (Values& values : columns) {
    MOTE_ASSIGN_OR_RETURN(values, ReadValues(reader));
  }
  if (reader.remaining() != 0) return absl::InvalidArgumentError("bytes follow a sketch");
  return columns;
}

ReducerEntry ValueSketchEntry() {
  return {.description = {.name = "value_sketch",
                          .summary = "Values of each feature and how often they occur",
                          .parameters = {{.name = "bins",
                                          .kind = Parameter::Kind::kInteger,
                                          .default_value = "255",
                                          .summary = "bins of a feature, 2 to 256"}},
                          .bound = "48 KiB a feature",
                          .kind = OutputKind::kBlob},
          .user = false,
          .make = [](const Json& parameters) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            const int64_t bins = parameters.at("bins").get<int64_t>();
            if (bins < 2 || bins > kBinsMax) {
              return absl::InvalidArgumentError(absl::StrCat("bins: ", bins, " is not in 2 to 256"));
            }
            return std::make_unique<ValueSketchReducer>(bins);
          }};
}

}  // namespace mote
