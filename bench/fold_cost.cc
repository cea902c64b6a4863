// What folding on the fixed tree costs, against adding up in the order of arrival:
//
//   mote-fold-cost TASKS VALUES LEVEL ROUNDS
//
// folds the partials of TASKS tasks of VALUES numbers each with the reducer `sum`, as an
// engine (blocks of 2^LEVEL tasks) and the coordinator do, and plainly, one after another
// into one accumulator. Prints {"tree_seconds": […], "plain_seconds": […]}, ROUNDS each.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "common/check.h"
#include "common/fold.h"
#include "common/json.h"
#include "common/philox.h"
#include "common/reducer.h"

namespace mote::bench {
namespace {

class NoBlobs : public BlobSink {
 public:
  Digest Store(std::string) override { return {}; }
};

std::vector<std::string> Leaves(const RowReducer& sum, Block block, int64_t task_count, int64_t values) {
  NoBlobs blobs;
  const Schema schema{{{"result", DType::kF64, values}}};
  std::vector<std::string> leaves;
  for (int64_t task = block.begin(); task < block.end(task_count); ++task) {
    const Philox random(1, static_cast<uint64_t>(task));
    std::vector<double> row(static_cast<size_t>(values));
    for (size_t i = 0; i < row.size(); ++i) row[i] = random.Uniform(i) - 0.5;
    TableBuilder builder(schema);
    builder.AddF64s(row.data(), values);
    leaves.emplace_back();
    MOTE_CHECK(sum.Leaf(builder.Take(), &leaves.back(), blobs).ok(), "a row is a leaf");
  }
  return leaves;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Seconds {
  double tree = 0;
  double plain = 0;
};

Seconds Measure(const RowReducer& sum, int64_t tasks, int64_t values, int level) {
  NoBlobs blobs;
  Seconds seconds;
  Fold fold(tasks);
  std::string total;
  for (int64_t begin = 0; begin < tasks; begin += int64_t{1} << level) {
    const Block block{level, begin >> level};
    const std::vector<std::string> leaves = Leaves(sum, block, tasks, values);
    std::vector<std::string> taken = leaves;  // an engine hands its leaves over

    auto start = std::chrono::steady_clock::now();
    BlockFold in_block(block, tasks);
    for (std::string& leaf : taken) MOTE_CHECK(in_block.Push(std::move(leaf), sum, blobs).ok(), "leaves fold");
    absl::StatusOr<std::vector<Node>> nodes = in_block.Take(sum, blobs);
    MOTE_CHECK(nodes.ok(), "nodes are sealed");
    for (Node& node : *nodes) MOTE_CHECK(fold.Insert(std::move(node), sum, blobs).ok(), "nodes fold");
    seconds.tree += SecondsSince(start);

    start = std::chrono::steady_clock::now();
    for (const std::string& leaf : leaves) {
      if (total.empty()) {
        total = leaf;
      } else {
        MOTE_CHECK(sum.Combine(total, leaf, blobs).ok(), "leaves add up");
      }
    }
    seconds.plain += SecondsSince(start);
  }
  MOTE_CHECK(fold.whole(), "the tree is complete");
  return seconds;
}

void Print(const char* name, const std::vector<double>& values, const char* after) {
  std::printf("\"%s\": [", name);
  for (size_t i = 0; i < values.size(); ++i) std::printf("%s%.6f", i == 0 ? "" : ", ", values[i]);
  std::printf("]%s", after);
}

int Main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: mote-fold-cost TASKS VALUES LEVEL ROUNDS\n");
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<RowReducer>> sum = MakeRowReducer("sum", Json::object());
  MOTE_CHECK(sum.ok(), "there is a reducer sum");
  std::vector<double> tree, plain;
  for (int round = 0; round < std::atoi(argv[4]); ++round) {
    const Seconds seconds = Measure(**sum, std::atoll(argv[1]), std::atoll(argv[2]), std::atoi(argv[3]));
    tree.push_back(seconds.tree);
    plain.push_back(seconds.plain);
  }
  std::printf("{");
  Print("tree_seconds", tree, ", ");
  Print("plain_seconds", plain, "}\n");
  return 0;
}

}  // namespace
}  // namespace mote::bench

int main(int argc, char** argv) { return mote::bench::Main(argc, argv); }
