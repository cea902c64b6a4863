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

// Adds `count` numbers of type T, neither side aligned.
template <class T>
void AddAll(char* left, const char* right, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    T a;
    T b;
    std::memcpy(&a, left + i * sizeof(T), sizeof(T));
    std::memcpy(&b, right + i * sizeof(T), sizeof(T));
    a += b;
    std::memcpy(left + i * sizeof(T), &a, sizeof(T));
  }
}

template <class T>
absl::StatusOr<RowSums<T>> DecodeRowSums(std::string_view partial, const char* what) {
  RowSums<T> sums;
  ByteReader reader(partial);
  MOTE_ASSIGN_OR_RETURN(sums.rows, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(sums.loss, reader.Get<double>());
  sums.values = reader.rest();
  if (sums.rows < 1) return absl::InvalidArgumentError(absl::StrCat(what, ": a sum over ", sums.rows, " rows"));
  if (sums.values.size() % sizeof(T) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", sums.values.size(), " bytes are not whole numbers of ", 8 * sizeof(T), " bits"));
  }
  return sums;
}

template <class T>
std::string EncodeRowSums(int64_t rows, double loss, const T* values, int64_t count) {
  std::string partial;
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  partial.reserve(kRowSumsHeaderBytes + bytes);
  ByteWriter writer(&partial);
  writer.Put(rows);
  writer.Put(loss);
  writer.PutRaw({reinterpret_cast<const char*>(values), bytes});
  return partial;
}

template <class T>
class RowSumsReducer final : public Reducer {
 public:
  explicit RowSumsReducer(const char* what) : what_(what) {}

  absl::Status Validate(std::string_view partial) const override { return DecodeRowSums<T>(partial, what_).status(); }

  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    MOTE_ASSIGN_OR_RETURN(const RowSums<T> a, DecodeRowSums<T>(left, what_));
    MOTE_ASSIGN_OR_RETURN(const RowSums<T> b, DecodeRowSums<T>(right, what_));
    if (a.count() != b.count()) {
      return absl::InvalidArgumentError(
          absl::StrCat(what_, " of ", a.count(), " and of ", b.count(), " parameters do not add up"));
    }
    if (a.rows > std::numeric_limits<int64_t>::max() - b.rows) {
      return absl::InvalidArgumentError(absl::StrCat(what_, ": the number of rows overflows"));
    }
    AddAll<int64_t>(left.data(), right.data(), 1);
    AddAll<double>(left.data() + 8, right.data() + 8, 1);
    AddAll<T>(left.data() + kRowSumsHeaderBytes, right.data() + kRowSumsHeaderBytes, static_cast<size_t>(a.count()));
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

 private:
  const char* const what_;  // for messages
};

constexpr char kGradients[] = "gradients";
constexpr char kStates[] = "states";

}  // namespace

absl::StatusOr<GradientSums> DecodeGradients(std::string_view partial) {
  return DecodeRowSums<float>(partial, kGradients);
}

absl::StatusOr<StateSums> DecodeStates(std::string_view partial) { return DecodeRowSums<double>(partial, kStates); }

std::string EncodeGradients(int64_t rows, double loss, const float* gradients, int64_t count) {
  return EncodeRowSums(rows, loss, gradients, count);
}

std::string EncodeStates(int64_t rows, double loss, const double* states, int64_t count) {
  return EncodeRowSums(rows, loss, states, count);
}

ReducerEntry GradientSumEntry() {
  return {.description = {.name = "gradient_sum",
                          .summary = "Sums of gradients, of the loss and of rows",
                          .parameters = {},
                          .bound = "4 bytes a parameter of the model"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<RowSumsReducer<float>>(kGradients);
          }};
}

ReducerEntry StateSumEntry() {
  return {.description = {.name = "state_sum",
                          .summary = "Sums of weights and moments times rows, of the loss and of rows",
                          .parameters = {},
                          .bound = "8 bytes a weight or moment of the model"},
          .user = false,
          .make = [](const Json&) -> absl::StatusOr<std::unique_ptr<Reducer>> {
            return std::make_unique<RowSumsReducer<double>>(kStates);
          }};
}

}  // namespace mote
