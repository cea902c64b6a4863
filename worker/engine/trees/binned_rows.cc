#include "worker/engine/trees/binned_rows.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

// Rows that are copied at a time: their encoding and their bins are not both in memory whole.
constexpr int64_t kRowsAtOnce = 65536;

}  // namespace

absl::StatusOr<BinnedRows> BinnedRows::Read(RowSource& source, TaskRange range, BlobSource& blobs) {
  const Schema& schema = source.dataset().schema;
  const bool fits = schema.columns.size() == 2 && schema.columns[0].dtype == DType::kU8 &&
                    schema.columns[1].dtype == DType::kF32 && schema.columns[1].width == 1;
  if (!fits) return absl::InvalidArgumentError(absl::StrCat("not a binned table: ", schema.ToString()));
  BinnedRows binned;
  binned.features = schema.columns[0].width;
  binned.rows = range.end - range.begin;
  binned.bins.resize(static_cast<size_t>(binned.rows * binned.features));
  binned.labels.resize(static_cast<size_t>(binned.rows));
  const size_t width = static_cast<size_t>(binned.features);
  const size_t stride = width + sizeof(float);
  for (int64_t begin = range.begin; begin < range.end; begin += kRowsAtOnce) {
    MOTE_ASSIGN_OR_RETURN(const Table table, source.Read({begin, std::min(begin + kRowsAtOnce, range.end)}, blobs));
    if (table.bytes.size() != static_cast<size_t>(table.rows) * stride) {
      return absl::InvalidArgumentError("a binned table with rows of another size");
    }
    const char* from = table.bytes.data();
    for (int64_t i = begin - range.begin; i < begin - range.begin + table.rows; ++i, from += stride) {
      std::memcpy(binned.bins.data() + static_cast<size_t>(i) * width, from, width);
      std::memcpy(&binned.labels[static_cast<size_t>(i)], from + width, sizeof(float));
    }
  }
  return binned;
}

}  // namespace mote::engine
