// What each task of a block cost, kept as columns: one a quantity, one entry a task.
//
// Encoded: pieces, one after another, each a varint length, one byte (0 plain, 1 a zstd
// frame with its checksum) and the body:
//
//   varint  tasks
//   then, for each column that has a value other than 0, ascending:
//   u8      column: 0 wall time, 1 + p phase p, 8 bytes staged, 9 bytes over
//           the network
//   varint  length of what follows, bytes
//   varints one a task, in order; zeros at the end are left out
//
// A task that has nothing but a wall time below 128 ns takes one byte before the
// compression, and a quarter to a half of one after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/cost.h"

namespace mote {

// Integer nanoseconds and bytes.
struct TaskCost {
  int64_t wall_ns = 0;
  std::array<int64_t, kPhaseCount> phase_ns{};  // busy; compute is what of the wall time is in no other
  int64_t staged_bytes = 0;
  int64_t network_bytes = 0;
  bool operator==(const TaskCost&) const = default;
};

// Not thread-safe.
class TaskColumnsWriter {
 public:
  // Of the encoding, always: it travels in a control message.
  static constexpr size_t kEncodedBytesMax = 160 << 10;
  // So many tasks that only compute always fit, whatever each of them takes.
  static constexpr int64_t kComputedTasksMin = 8 << 10;

  TaskColumnsWriter();

  void Clear();
  // A task that did nothing but compute. A few nanoseconds.
  void AddComputed(int64_t wall_ns) {
    if (static_cast<uint64_t>(wall_ns) < 128) {
      wall_[wall_bytes_++] = static_cast<char>(wall_ns);
    } else if (static_cast<uint64_t>(wall_ns) < 128 * 128) {
      wall_[wall_bytes_] = static_cast<char>(wall_ns | 0x80);
      wall_[wall_bytes_ + 1] = static_cast<char>(wall_ns >> 7);
      wall_bytes_ += 2;
    } else {
      return AppendTask(static_cast<uint64_t>(wall_ns));
    }
    ++tasks_;
    if (wall_bytes_ >= kPieceBytes) EndPiece();
  }
  void Add(const TaskCost& cost);

  // No further task may be added: what it took might not fit.
  bool full() const { return encoded_.size() >= kEncodedBytesMax - 2 * kPieceBytes; }

  // Of all tasks since Clear(), which must follow.
  std::string Encode();

 private:
  static constexpr size_t kPieceBytes = 32 << 10;  // before compression
  static constexpr int kOtherColumns = 9;
  static constexpr size_t kVarintBytesMax = 10;
  static constexpr size_t kPieceHeadBytesMax = 64;
  static_assert(kComputedTasksMin * kVarintBytesMax + 8 * kPieceHeadBytesMax < kEncodedBytesMax - 2 * kPieceBytes);
  struct Column {
    std::string bytes;
    int64_t entries = 0;
  };

  void AppendTask(uint64_t wall);
  // Of the task that was appended last.
  void AppendOther(int column, int64_t value);
  void EndPiece();
  void ClearPiece();

  const std::unique_ptr<char[]> wall_;  // column 0 of the piece
  size_t wall_bytes_ = 0;
  int64_t tasks_ = 0;                         // of the piece
  std::array<Column, kOtherColumns> others_;  // columns 1 to 9
  size_t others_bytes_ = 0;
  std::string encoded_;  // pieces that are over
};

// Calls `on_task` with the index and cost of each task, in order; of at most the first `tasks_max` ones. The bytes may
// come from a worker that lies.
//
// InvalidArgument: not what Encode writes; the tasks before the place were told.
absl::Status ReadTaskColumns(std::string_view encoded, int64_t tasks_max,
                             const std::function<void(int64_t, const TaskCost&)>& on_task);

}  // namespace mote
