#include "common/ledger/task_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "common/philox.h"

namespace mote {
namespace {

using Rows = std::vector<std::pair<int64_t, TaskCost>>;

absl::StatusOr<Rows> Decode(std::string_view encoded, int64_t tasks_max = INT64_MAX) {
  Rows rows;
  const absl::Status read =
      ReadTaskColumns(encoded, tasks_max, [&](int64_t task, const TaskCost& cost) { rows.emplace_back(task, cost); });
  if (!read.ok()) return read;
  return rows;
}

TaskCost Computed(int64_t wall_ns) {
  TaskCost cost;
  cost.wall_ns = cost.phase_ns[static_cast<size_t>(Phase::kCompute)] = wall_ns;
  return cost;
}

TaskCost Fetched(int64_t wall_ns, int64_t fetch_ns, int64_t bytes) {
  TaskCost cost = Computed(wall_ns);
  cost.phase_ns[static_cast<size_t>(Phase::kCompute)] -= fetch_ns;
  cost.phase_ns[static_cast<size_t>(Phase::kFetch)] = fetch_ns;
  cost.network_bytes = bytes;
  return cost;
}

TEST(TaskColumns, EveryTaskComesBackAsItWasMeasured) {
  TaskColumnsWriter writer;
  Rows want;
  const int64_t walls[] = {0, 1, 126, 127, 128, 16'383, 1'000'000'007, int64_t{1} << 60};
  for (const int64_t wall : walls) {
    writer.AddComputed(wall);
    want.emplace_back(want.size(), Computed(wall));
  }
  writer.Add(Fetched(5000, 4000, 1 << 20));
  want.emplace_back(want.size(), Fetched(5000, 4000, 1 << 20));
  writer.AddComputed(7);
  want.emplace_back(want.size(), Computed(7));
  EXPECT_EQ(*Decode(writer.Encode()), want);
}

TEST(TaskColumns, ATaskUnlikeManyBeforeItIsReadToo) {
  TaskColumnsWriter writer;
  for (int64_t i = 0; i < 32'000; ++i) writer.AddComputed(20);
  TaskCost cost;
  cost.wall_ns = 1'000'000;
  cost.phase_ns.fill(10);
  cost.phase_ns[static_cast<size_t>(Phase::kCompute)] = 1'000'000 - 60;
  cost.staged_bytes = cost.network_bytes = 1 << 20;
  writer.Add(cost);
  const Rows rows = *Decode(writer.Encode());
  ASSERT_EQ(rows.size(), 32'001u);
  EXPECT_EQ(rows.back().second, cost);
}

TEST(TaskColumns, APrefixOfThemIsRead) {
  TaskColumnsWriter writer;
  for (int64_t i = 0; i < 10; ++i) writer.AddComputed(i);
  EXPECT_EQ(Decode(writer.Encode(), 4)->size(), 4u);
}

TEST(TaskColumns, AreClearedForTheNextBlock) {
  TaskColumnsWriter writer;
  writer.Add(Fetched(9, 3, 1));
  writer.Clear();
  writer.AddComputed(1);
  EXPECT_EQ(*Decode(writer.Encode()), (Rows{{0, Computed(1)}}));
}

// The goal of the ledger: at most 8 bytes for a task of one phase.
TEST(TaskColumns, ShortTasksTakeLessThanAByteAndLongOnesAFewBytes) {
  const auto bytes_per_task = [](int64_t tasks, int64_t mean_ns) {
    TaskColumnsWriter writer;
    const Philox random(1, 2);
    for (int64_t i = 0; i < tasks; ++i) {
      writer.AddComputed(static_cast<int64_t>(mean_ns * (0.8 + 0.4 * random.Uniform(static_cast<uint64_t>(i)))));
    }
    return static_cast<double>(writer.Encode().size()) / static_cast<double>(tasks);
  };
  EXPECT_LT(bytes_per_task(1 << 20, 30), 0.8);
  EXPECT_LT(bytes_per_task(1 << 10, 100'000), 4);
  EXPECT_LT(bytes_per_task(16, 1'000'000'000), 8);
}

TEST(TaskColumns, AreFullBeforeTheyAreTooLargeForAMessage) {
  const Philox random(1, 2);
  const auto fill = [&random](int64_t wall_bits) {
    TaskColumnsWriter writer;
    int64_t tasks = 0;
    for (; !writer.full() && tasks < 3'000'000; ++tasks) {
      const auto wall =
          static_cast<int64_t>(std::ldexp(random.Uniform(static_cast<uint64_t>(tasks)), static_cast<int>(wall_bits)));
      writer.Add(Fetched(wall, wall / 2, wall / 3));
    }
    const std::string encoded = writer.Encode();
    EXPECT_LE(encoded.size(), TaskColumnsWriter::kEncodedBytesMax);
    EXPECT_EQ(static_cast<int64_t>(Decode(encoded)->size()), tasks);
    return tasks;
  };
  EXPECT_GT(fill(62), 3'000) << "what is not to be compressed";
  EXPECT_GT(fill(20), 10'000);
  EXPECT_EQ(fill(0), 3'000'000) << "equal values take nothing";
}

TEST(TaskColumns, HaveRoomForTasksThatOnlyComputeWhateverTheyTake) {
  const Philox random(1, 2);
  TaskColumnsWriter writer;
  for (int64_t task = 0; task < TaskColumnsWriter::kComputedTasksMin; ++task) {
    ASSERT_FALSE(writer.full()) << task;
    writer.AddComputed(static_cast<int64_t>(random.U64(static_cast<uint64_t>(task)) >> 2));
  }
  EXPECT_LE(writer.Encode().size(), TaskColumnsWriter::kEncodedBytesMax);
}

TEST(TaskColumns, APieceThatCannotBeReadIsRefused) {
  TaskColumnsWriter writer;
  Rows want;
  for (int64_t i = 0; i < 500; ++i) writer.Add(Fetched(1000 + i * i, i, i * 77));
  const std::string encoded = writer.Encode();
  for (size_t cut = 1; cut < encoded.size(); ++cut) {
    EXPECT_FALSE(Decode(std::string_view(encoded).substr(0, cut)).ok()) << cut;
  }
  for (size_t at = 0; at < encoded.size(); ++at) {
    for (const char bits : {'\x01', '\x80', '\xff'}) {
      std::string changed = encoded;
      changed[at] = static_cast<char>(changed[at] ^ bits);
      const auto rows = Decode(changed);
      if (rows.ok()) {
        EXPECT_LE(rows->size(), 500u);
      }
    }
  }
  EXPECT_FALSE(Decode(std::string("\x09\x00\x05\x07\x02\x01\x01\x00\x01\x01", 10)).ok()) << "columns out of order";
  EXPECT_FALSE(Decode(std::string("\x06\x00\x01\x00\x02\x01\x01", 7)).ok()) << "more values than tasks";
  EXPECT_FALSE(Decode(std::string("\x02\x02\x01", 3)).ok()) << "of another form";
  EXPECT_TRUE(Decode("")->empty()) << "of no task";
}

}  // namespace
}  // namespace mote
