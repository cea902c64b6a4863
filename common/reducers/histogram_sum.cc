#include "common/reducers/histogram_sum.h"

#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
namespace {

class HistogramSumReducer final : public Reducer {
 public:
  absl::Status Validate(std::string_view partial) const override {
    if (partial.size() % sizeof(int64_t) == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("histograms: ", partial.size(), " bytes are not whole 64-bit numbers"));
  }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_RETURN_IF_ERROR(Validate(left));
    if (left.size() != right.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("histograms of ", left.size(), " and of ", right.size(), " bytes do not add up"));
    }
    for (size_t at = 0; at < left.size(); at += sizeof(uint64_t)) {
      uint64_t a;
      uint64_t b;
      std::memcpy(&a, left.data() + at, sizeof(a));
      std::memcpy(&b, right.data() + at, sizeof(b));
      a += b;
      std::memcpy(left.data() + at, &a, sizeof(a));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const override {
    Output output;
    output.kind = OutputKind::kBlob;
    if (partial == nullptr) return output;
    MOTE_RETURN_IF_ERROR(Validate(*partial));
    output.bytes = static_cast<int64_t>(partial->size());
    output.content = StoreForMemo(*partial, blobs);
    return output;
  }
};

}  // namespace

ReducerEntry HistogramSumEntry() {
  return {.description = {.name = "histogram_sum",
                          .summary = "Sums of whole numbers, element by element",
                          .parameters = {},
                          .bound = "8 bytes a number",
                          .kind = OutputKind::kBlob},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<HistogramSumReducer>();
          }};
}

}  // namespace mote
