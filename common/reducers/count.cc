#include "common/reducers/count.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr size_t kCountBytes = sizeof(int64_t);

int64_t Load(std::string_view partial) {
  int64_t count;
  std::memcpy(&count, partial.data(), kCountBytes);
  return count;
}

absl::Status SizeError(size_t bytes) {
  return absl::InvalidArgumentError(absl::StrCat("a partial of \"count\" has ", kCountBytes, " bytes, not ", bytes));
}

}  // namespace

absl::Status CountReducer::Validate(std::string_view partial) const {
  if (partial.size() != kCountBytes) return SizeError(partial.size());
  if (const int64_t count = Load(partial); count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("a partial of \"count\" counts ", count, " tasks; at least 1 is due"));
  }
  return absl::OkStatus();
}

absl::Status CountReducer::Combine(std::string& left, std::string_view right, BlobSink&) const {
  if (left.size() != kCountBytes) return SizeError(left.size());
  if (right.size() != kCountBytes) return SizeError(right.size());
  int64_t sum;
  if (__builtin_add_overflow(Load(left), Load(right), &sum)) {
    return absl::InvalidArgumentError(absl::StrCat("count: ", Load(left), " + ", Load(right), " tasks is over 2^63"));
  }
  std::memcpy(left.data(), &sum, kCountBytes);
  return absl::OkStatus();
}

absl::Status CountReducer::Leaf(const Table&, std::string* partial, BlobSink&) const {
  constexpr int64_t kOne = 1;
  partial->assign(reinterpret_cast<const char*>(&kOne), kCountBytes);
  return absl::OkStatus();
}

absl::StatusOr<Output> CountReducer::Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const {
  if (partial != nullptr) MOTE_RETURN_IF_ERROR(Validate(*partial));
  TableBuilder table(Schema{{{"count", DType::kI64, 1}}});
  table.AddI64(partial == nullptr ? 0 : Load(*partial));
  return StoreTable(table.Take(), blobs);
}

ReducerEntry CountEntry() {
  return {.description = {.name = "count",
                          .summary = "How many tasks have a result: a table of one row, count:i64",
                          .parameters = {},
                          .bound = "8 bytes"},
          .make_rows = [](const Json&) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
            return std::make_unique<CountReducer>();
          }};
}

}  // namespace mote
