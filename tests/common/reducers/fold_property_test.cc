// The root of a pass must not depend on how its tasks were grouped into blocks, nor
// on the order in which the blocks came home.
#include <algorithm>
#include <cmath>
#include <random>

#include "common/fold.h"
#include "common/json.h"
#include "common/reducers/splits.h"
#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

using Random = std::mt19937_64;

int64_t Below(Random& random, int64_t limit) { return static_cast<int64_t>(random() % static_cast<uint64_t>(limit)); }

std::vector<NodeValue> Leaves(const RowReducer& reducer, const std::vector<std::optional<Table>>& tables,
                              BlobSink& blobs) {
  std::vector<NodeValue> leaves;
  for (const std::optional<Table>& table : tables) {
    leaves.push_back(table ? NodeValue(LeafOf(reducer, *table, blobs)) : std::nullopt);
  }
  return leaves;
}

// Cuts [0, n) at random places into ranges, folds each as an engine does, and folds
// their canonical nodes in random order as the coordinator does.
NodeValue RootOfRandomBlocks(const Reducer& reducer, const std::vector<NodeValue>& leaves, Random& random,
                             BlobSink& blobs) {
  const int64_t n = static_cast<int64_t>(leaves.size());
  std::vector<Node> nodes;
  for (int64_t begin = 0; begin < n;) {
    const Block block = LargestBlockAt(begin, static_cast<int>(Below(random, 5)), n);
    BlockFold fold(block, n);
    int64_t stop = block.end(n);
    if (Below(random, 4) == 0) stop = begin + 1 + Below(random, stop - begin);  // a finished prefix
    for (int64_t task = begin; task < stop; ++task) {
      EXPECT_TRUE(fold.Push(leaves[static_cast<size_t>(task)], reducer, blobs).ok());
    }
    absl::StatusOr<std::vector<Node>> taken = fold.Take(reducer, blobs);
    EXPECT_TRUE(taken.ok()) << taken.status();
    for (Node& node : *taken) nodes.push_back(std::move(node));
    begin = stop;
  }
  std::shuffle(nodes.begin(), nodes.end(), random);
  Fold fold(n);
  for (Node& node : nodes) {
    const absl::Status valid = node.partial ? reducer.Validate(*node.partial) : absl::OkStatus();
    EXPECT_TRUE(valid.ok()) << valid;
    if (node.partial) {
      EXPECT_LE(static_cast<int64_t>(node.partial->size()), kInlineBytesMax);
    }
    const absl::Status status = fold.Insert(std::move(node), reducer, blobs);
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_TRUE(fold.complete());
  EXPECT_LE(fold.partial_bytes(), kInlineBytesMax);
  return fold.root();
}

// Random tables for all reducers: a row count, x:f64[3], f:f32, n:i64, b:u8[2], w, label, prediction, scores.
Schema WideSchema(bool text) {
  Schema schema{{{"x", DType::kF64, 3},
                 {"f", DType::kF32, 1},
                 {"n", DType::kI64, 1},
                 {"b", DType::kU8, 2},
                 {"w", DType::kI64, 1},
                 {"label", DType::kI64, 1},
                 {"prediction", DType::kI64, 1},
                 {"scores", DType::kF32, 2}}};
  if (text) schema.columns.push_back({"note", DType::kText, 1});
  return schema;
}

Table RandomTable(Random& random, bool text, int64_t rows_max, int64_t note_max) {
  TableBuilder table(WideSchema(text));
  const int64_t rows = Below(random, rows_max + 1);
  for (int64_t row = 0; row < rows; ++row) {
    // Magnitudes differ wildly, so that another order of additions would show.
    double x[3];
    for (double& value : x)
      value = (static_cast<double>(Below(random, 2000)) - 1000.3) * std::pow(10.0, Below(random, 30));
    table.AddF64s(x, 3);
    table.AddF32(static_cast<float>(Below(random, 1000)) / 7.0f);
    table.AddI64(Below(random, 1 << 20) - (1 << 19));
    table.AddU8s(std::string{static_cast<char>(Below(random, 256)), static_cast<char>(Below(random, 256))});
    table.AddI64(Below(random, 5));
    table.AddI64(Below(random, 2));
    table.AddI64(Below(random, 2));
    const float score = static_cast<float>(Below(random, 65)) / 64.0f;
    const float scores[2] = {1 - score, score};
    table.AddF32s(scores, 2);
    if (text) table.AddText(std::string(static_cast<size_t>(Below(random, note_max + 1)), 'a'));
  }
  return table.Take();
}

struct Case {
  std::string reducer;
  Json parameters;
};

class EveryReducer : public testing::TestWithParam<Case> {};

TEST_P(EveryReducer, RootDoesNotDependOnBlocks) {
  const Case& given = GetParam();
  const std::unique_ptr<RowReducer> reducer = Make(given.reducer, given.parameters);
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    MemoryBlobs blobs;
    std::vector<std::optional<Table>> tables;
    for (int64_t n = 1 + Below(random, 70); n > 0; --n) {
      tables.push_back(Below(random, 8) == 0 ? std::nullopt : std::optional(RandomTable(random, seed % 2 == 0, 6, 40)));
      if (Below(random, 10) == 0) tables.back() = Table{};  // a task without columns
    }
    const std::vector<NodeValue> leaves = Leaves(*reducer, tables, blobs);
    Fold one_by_one(static_cast<int64_t>(leaves.size()));
    for (size_t i = 0; i < leaves.size(); ++i) {
      ASSERT_TRUE(one_by_one.Insert({{0, static_cast<int64_t>(i)}, leaves[i]}, *reducer, blobs).ok());
    }
    for (int attempt = 0; attempt < 5; ++attempt) {
      EXPECT_EQ(RootOfRandomBlocks(*reducer, leaves, random, blobs), one_by_one.root());
    }
    const NodeValue& root = one_by_one.root();
    EXPECT_TRUE(reducer->Finish(root ? &*root : nullptr, blobs, &blobs).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Reducers, EveryReducer,
                         testing::Values(Case{"sum", {}}, Case{"mean", {}}, Case{"weighted_mean", {{"weight", "w"}}},
                                         Case{"min", {}}, Case{"max", {}}, Case{"count", {}}, Case{"concat", {}},
                                         Case{"vote", {{"column", "b"}}},
                                         Case{"classification_report", Json::object()}),
                         [](const auto& info) { return info.param.reducer; });

// Tables large enough that ropes seal: segments may differ, the flat bytes may not.
void ExpectSameRowsHoweverCut(bool text, int64_t rows_max, int64_t note_max) {
  const std::unique_ptr<RowReducer> concat = Make("concat");
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    MemoryBlobs blobs;
    std::vector<std::optional<Table>> tables;
    Table flat{WideSchema(text), 0, {}};
    for (int64_t n = 40 + Below(random, 40); n > 0; --n) {
      tables.push_back(RandomTable(random, text, rows_max, note_max));
      flat.rows += tables.back()->rows;
      flat.bytes += tables.back()->bytes;
    }
    const std::vector<NodeValue> leaves = Leaves(*concat, tables, blobs);
    for (int attempt = 0; attempt < 4; ++attempt) {
      const NodeValue root = RootOfRandomBlocks(*concat, leaves, random, blobs);
      ASSERT_TRUE(root.has_value());
      EXPECT_EQ(TableOf(concat->Finish(&*root, blobs, nullptr), blobs), flat);
    }
    EXPECT_GT(blobs.size(), 2u) << "the tables were too small to be sealed";
  }
}

TEST(Concat, FlatBytesOfFixedRowsDoNotDependOnBlocks) { ExpectSameRowsHoweverCut(false, 400, 0); }
TEST(Concat, FlatBytesOfTextRowsDoNotDependOnBlocks) { ExpectSameRowsHoweverCut(true, 40, 3000); }

// Three tables of one task, and what became of its rows.
std::string SplitsLeafOf(Random& random, Table flat[3], BlobSink& blobs) {
  std::vector<Table> tables;
  for (int i = 0; i < 3; ++i) {
    tables.push_back(RandomTable(random, true, i == 0 ? 30 : 5, 4000));
    flat[i].schema = tables.back().schema;
    flat[i].rows += tables.back().rows;
    flat[i].bytes += tables.back().bytes;
  }
  Quality quality;
  quality.rows_read = 1;
  std::string leaf;
  EXPECT_TRUE(SplitsLeaf(tables, quality, &leaf, blobs).ok());
  return leaf;
}

TEST(Splits, FlatBytesOfEveryTableDoNotDependOnBlocks) {
  const std::unique_ptr<Reducer> splits = *MakeReducer("splits", Json::object());
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    MemoryBlobs blobs;
    std::vector<NodeValue> leaves;
    Table flat[3];
    for (int i = 0; i < 300; ++i) leaves.emplace_back(SplitsLeafOf(random, flat, blobs));
    for (int attempt = 0; attempt < 3; ++attempt) {
      const NodeValue root = RootOfRandomBlocks(*splits, leaves, random, blobs);
      const absl::StatusOr<Output> output = splits->Finish(&*root, blobs, nullptr);
      ASSERT_TRUE(output.ok()) << output.status();
      const absl::StatusOr<SplitTables> tables = SplitTables::Decode(ContentOf(*output, blobs));
      ASSERT_TRUE(tables.ok()) << tables.status();
      EXPECT_EQ(tables->quality.rows_read, 300);
      for (size_t i = 0; i < 3; ++i) EXPECT_EQ(TableOf(tables->tables[i], blobs), flat[i]);
    }
  }
}

TEST(ClassificationReport, SealedScoresGiveTheSameDocumentHoweverCut) {
  const std::unique_ptr<RowReducer> reducer = Make("classification_report");
  Random random(3);
  MemoryBlobs blobs;
  std::vector<std::optional<Table>> tables;
  for (int i = 0; i < 60; ++i) tables.push_back(RandomTable(random, false, 900, 0));
  const std::vector<NodeValue> leaves = Leaves(*reducer, tables, blobs);
  std::string first;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const NodeValue root = RootOfRandomBlocks(*reducer, leaves, random, blobs);
    EXPECT_TRUE(reducer->FinishReadsBlobs(*root));
    EXPECT_FALSE(reducer->Finish(&*root, blobs, nullptr).ok());
    const absl::StatusOr<Output> output = reducer->Finish(&*root, blobs, &blobs);
    ASSERT_TRUE(output.ok()) << output.status();
    if (attempt == 0) first = output->content.bytes;
    EXPECT_EQ(output->content.bytes, first);
  }
}

}  // namespace
}  // namespace mote
