#include "common/ledger/task_columns.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr int kWallColumn = 0, kStagedColumn = 8, kNetworkColumn = 9;
constexpr char kPlain = 0, kZstd = 1;
// Below this a frame's header costs more than it saves.
constexpr size_t kCompressedMin = 64;
constexpr int kLevel = 1;
// A piece ends at 32 KiB; but its last task may be the first with entries in other columns,
// which are then as long as it.
constexpr size_t kBodyBytesMax = 512 << 10;

int PhaseColumn(int phase) { return 1 + phase; }

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

absl::Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("costs of tasks that cannot be read: ", what));
}

std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// The body as it travels: compressed where that makes it smaller.
std::string PieceOf(const std::string& body) {
  if (body.size() >= kCompressedMin) {
    thread_local const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    std::string piece(1 + ZSTD_compressBound(body.size()), kZstd);
    const size_t size = ZSTD_compress2(context.get(), piece.data() + 1, piece.size() - 1, body.data(), body.size());
    if (!ZSTD_isError(size) && size < body.size()) {
      piece.resize(1 + size);
      return piece;
    }
  }
  return std::string(1, kPlain) + body;
}

absl::StatusOr<std::string> BodyOf(std::string_view encoded) {
  if (encoded.empty()) return Malformed("they are empty");
  const char form = encoded.front();
  encoded.remove_prefix(1);
  if (form == kPlain) return std::string(encoded);
  if (form != kZstd) return Malformed(absl::StrCat("form ", static_cast<int>(form), " is unknown"));
  const unsigned long long size = ZSTD_getFrameContentSize(encoded.data(), encoded.size());
  if (size > kBodyBytesMax) return Malformed("the frame's size is missing or too large");
  std::string body(size, '\0');
  const size_t got = ZSTD_decompress(body.data(), body.size(), encoded.data(), encoded.size());
  if (ZSTD_isError(got) || got != body.size()) return Malformed(ZSTD_isError(got) ? ZSTD_getErrorName(got) : "cut off");
  return body;
}

using Columns = std::array<std::string_view, 10>;

// The columns of a body and its number of tasks; every value of them can be read.
absl::StatusOr<int64_t> ColumnsOf(std::string_view body, Columns* columns) {
  const std::optional<uint64_t> tasks = TakeVarint(body);
  if (!tasks || *tasks > kBodyBytesMax) return Malformed("no number of tasks");
  for (int last = -1; !body.empty();) {
    const int column = static_cast<uint8_t>(body.front());
    body.remove_prefix(1);
    const std::optional<uint64_t> length = TakeVarint(body);
    if (column <= last || column > kNetworkColumn || !length || *length > body.size()) return Malformed("a column");
    (*columns)[static_cast<size_t>(column)] = body.substr(0, *length);
    body.remove_prefix(*length);
    last = column;
  }
  for (const std::string_view column : *columns) {
    std::string_view values = column;
    for (uint64_t i = 0; i < *tasks && !values.empty(); ++i) {
      if (const auto value = TakeVarint(values); !value || *value > INT64_MAX) return Malformed("a value");
    }
    if (!values.empty()) return Malformed("more values than tasks");
  }
  return static_cast<int64_t>(*tasks);
}

// The next task's.
TaskCost TakeCost(Columns& columns) {
  const auto next = [&columns](int column) -> int64_t {
    std::string_view& values = columns[static_cast<size_t>(column)];
    return values.empty() ? 0 : static_cast<int64_t>(*TakeVarint(values));
  };
  TaskCost cost;
  cost.wall_ns = next(kWallColumn);
  int64_t compute = cost.wall_ns;
  for (int phase = 0; phase < kPhaseCount; ++phase) {
    if (phase == static_cast<int>(Phase::kCompute)) continue;
    const int64_t ns = cost.phase_ns[static_cast<size_t>(phase)] = next(PhaseColumn(phase));
    compute -= std::min(compute, ns);
  }
  cost.phase_ns[static_cast<size_t>(Phase::kCompute)] = compute;
  cost.staged_bytes = next(kStagedColumn);
  cost.network_bytes = next(kNetworkColumn);
  return cost;
}

}  // namespace

TaskColumnsWriter::TaskColumnsWriter() : wall_(new char[kPieceBytes + kVarintBytesMax]) {}

void TaskColumnsWriter::Clear() {
  encoded_.clear();
  ClearPiece();
}

void TaskColumnsWriter::ClearPiece() {
  wall_bytes_ = 0;
  tasks_ = 0;
  others_bytes_ = 0;
  for (Column& column : others_) {
    column.bytes.clear();
    column.entries = 0;
  }
}

void TaskColumnsWriter::AppendTask(uint64_t wall) {
  ++tasks_;
  for (; wall >= 0x80; wall >>= 7) wall_[wall_bytes_++] = static_cast<char>(wall | 0x80);
  wall_[wall_bytes_++] = static_cast<char>(wall);
  if (wall_bytes_ + others_bytes_ >= kPieceBytes) EndPiece();
}

void TaskColumnsWriter::AppendOther(int column, int64_t value) {
  if (value <= 0) return;
  Column& to = others_[static_cast<size_t>(column - 1)];
  const size_t before = to.bytes.size();
  // The tasks since this column's last entry had none.
  to.bytes.append(static_cast<size_t>(tasks_ - to.entries), '\0');
  to.entries = tasks_ + 1;
  AppendVarint(to.bytes, static_cast<uint64_t>(value));
  others_bytes_ += to.bytes.size() - before;
}

void TaskColumnsWriter::Add(const TaskCost& cost) {
  for (int phase = 0; phase < kPhaseCount; ++phase) {
    if (phase != static_cast<int>(Phase::kCompute))
      AppendOther(PhaseColumn(phase), cost.phase_ns[static_cast<size_t>(phase)]);
  }
  AppendOther(kStagedColumn, cost.staged_bytes);
  AppendOther(kNetworkColumn, cost.network_bytes);
  AppendTask(static_cast<uint64_t>(std::max<int64_t>(0, cost.wall_ns)));
}

void TaskColumnsWriter::EndPiece() {
  std::string body;
  AppendVarint(body, static_cast<uint64_t>(tasks_));
  const auto append = [&body](int column, std::string_view bytes) {
    if (bytes.empty()) return;
    body.push_back(static_cast<char>(column));
    AppendVarint(body, bytes.size());
    body.append(bytes);
  };
  append(kWallColumn, {wall_.get(), wall_bytes_});
  for (int i = 0; i < kOtherColumns; ++i) append(1 + i, others_[static_cast<size_t>(i)].bytes);
  const std::string piece = PieceOf(body);
  AppendVarint(encoded_, piece.size());
  encoded_.append(piece);
  ClearPiece();
}

std::string TaskColumnsWriter::Encode() {
  if (tasks_ > 0) EndPiece();
  return std::move(encoded_);
}

absl::Status ReadTaskColumns(std::string_view encoded, int64_t tasks_max,
                             const std::function<void(int64_t, const TaskCost&)>& on_task) {
  for (int64_t task = 0; !encoded.empty();) {
    const std::optional<uint64_t> length = TakeVarint(encoded);
    if (!length || *length > encoded.size()) return Malformed("a piece is cut off");
    MOTE_ASSIGN_OR_RETURN(const std::string body, BodyOf(encoded.substr(0, *length)));
    encoded.remove_prefix(*length);
    Columns columns;
    MOTE_ASSIGN_OR_RETURN(const int64_t tasks, ColumnsOf(body, &columns));
    for (const int64_t end = task + tasks; task < end; ++task) {
      if (task >= tasks_max) return absl::OkStatus();
      on_task(task, TakeCost(columns));
    }
  }
  return absl::OkStatus();
}

}  // namespace mote
