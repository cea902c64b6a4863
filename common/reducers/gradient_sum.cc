#include "common/reducers/gradient_sum.h"

#include <cstring>
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

template <class T>
void AddInto(char* left, const char* right) {
  T a;
  T b;
  std::memcpy(&a, left, sizeof(T));
  std::memcpy(&b, right, sizeof(T));
  a += b;
  std::memcpy(left, &a, sizeof(T));
}

class GradientSumReducer final : public Reducer {
 public:
  absl::Status Validate(std::string_view partial) const override { return DecodeGradients(partial).status(); }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(const GradientSums a, DecodeGradients(left));
    MOTE_ASSIGN_OR_RETURN(const GradientSums b, DecodeGradients(right));
    if (a.count() != b.count()) {
      return absl::InvalidArgumentError(
          absl::StrCat("gradients of ", a.count(), " and of ", b.count(), " parameters do not add up"));
    }
    if (a.rows > std::numeric_limits<int64_t>::max() - b.rows) {
      return absl::InvalidArgumentError("gradients: the number of rows overflows");
    }
    AddInto<int64_t>(left.data(), right.data());
    AddInto<double>(left.data() + 8, right.data() + 8);
    for (size_t at = kGradientHeaderBytes; at < left.size(); at += sizeof(float)) {
      AddInto<float>(left.data() + at, right.data() + at);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const override {
    Output output;
    output.kind = OutputKind::kBlob;
    if (partial == nullptr) return output;
    MOTE_RETURN_IF_ERROR(Validate(*partial));
    output.bytes = static_cast<int64_t>(partial->size());
    output.content = StoreBytes(*partial, blobs);
    return output;
  }
};

}  // namespace

absl::StatusOr<GradientSums> DecodeGradients(std::string_view partial) {
  GradientSums sums;
  ByteReader reader(partial);
  MOTE_ASSIGN_OR_RETURN(sums.rows, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(sums.loss, reader.Get<double>());
  sums.gradients = reader.rest();
  if (sums.rows < 1) return absl::InvalidArgumentError(absl::StrCat("gradients: a sum over ", sums.rows, " rows"));
  if (sums.gradients.size() % sizeof(float) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("gradients: ", sums.gradients.size(), " bytes are not whole 32-bit numbers"));
  }
  return sums;
}

std::string EncodeGradients(int64_t rows, double loss, const float* gradients, int64_t count) {
  std::string partial;
  const size_t bytes = static_cast<size_t>(count) * sizeof(float);
  partial.reserve(kGradientHeaderBytes + bytes);
  ByteWriter writer(&partial);
  writer.Put(rows);
  writer.Put(loss);
  writer.PutRaw({reinterpret_cast<const char*>(gradients), bytes});
  return partial;
}

ReducerEntry GradientSumEntry() {
  return {.description = {.name = "gradient_sum",
                          .summary = "Sums of gradients, of the loss and of rows",
                          .parameters = {},
                          .bound = "4 bytes a parameter of the model"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<GradientSumReducer>();
          }};
}

}  // namespace mote
