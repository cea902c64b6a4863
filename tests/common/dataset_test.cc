#include "common/dataset.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace mote {
namespace {

Dataset ARowDataset() {
  Dataset dataset;
  dataset.schema = {{{"n", DType::kI64, 1}}};
  dataset.segments = {{{Sha256("a"), 80}, 10}, {{Sha256("b"), 16}, 2}};
  dataset.rows = 12;
  return dataset;
}

Dataset Csv() {
  Dataset dataset;
  dataset.format = DatasetFormat::kCsv;
  dataset.schema = {{{"age", DType::kText, 1}, {"class", DType::kText, 1}}};
  dataset.rows = 100;
  dataset.source = {Sha256("csv"), 5000, false};
  dataset.chunks = {{10, 0}, {2000, 40}, {3000, 90}};
  dataset.name = "loans.csv";
  dataset.delimiter = ';';
  return dataset;
}

// True when the dataset, once changed, is no longer decoded.
bool Refuses(Dataset dataset, const std::function<void(Dataset&)>& change) {
  change(dataset);
  return Dataset::Decode(dataset.Encode()).status().code() == absl::StatusCode::kInvalidArgument;
}

TEST(Dataset, EncodingIsReadBack) {
  EXPECT_EQ(*Dataset::Decode(ARowDataset().Encode()), ARowDataset());
  EXPECT_EQ(*Dataset::Decode(Csv().Encode()), Csv());
  Dataset shared = Csv();
  shared.source = {{}, shared.source.bytes, false};
  shared.shared = SharedFile{"/data/a:b.csv", shared.source.bytes, 123456789};
  EXPECT_EQ(*Dataset::Decode(shared.Encode()), shared);
  EXPECT_TRUE(Refuses(shared, [](Dataset& d) { d.shared->bytes = 1; }));
  EXPECT_TRUE(Refuses(shared, [](Dataset& d) { d.shared->path = "a.csv"; }));
  EXPECT_EQ(*Dataset::Decode(Dataset{}.Encode()), Dataset{});
  Dataset arff = Csv();
  arff.format = DatasetFormat::kArff;
  EXPECT_EQ(*Dataset::Decode(arff.Encode()), arff);
}

TEST(Dataset, BytesAreThoseOfTheRowsOrTheText) {
  EXPECT_EQ(ARowDataset().bytes(), 96);
  EXPECT_EQ(Csv().bytes(), 5000);
}

TEST(Dataset, PartsAreWhereTheRowsLie) {
  EXPECT_EQ(ARowDataset().parts(), (std::vector<ArtifactRef>{{Sha256("a"), 80, false}, {Sha256("b"), 16, false}}));
  EXPECT_EQ(Csv().parts(), std::vector<ArtifactRef>{Csv().source});
  Dataset shared = Csv();
  shared.shared = SharedFile{};
  EXPECT_TRUE(shared.parts().empty()) << "it lies elsewhere";
}

TEST(Dataset, EveryTruncationAndAnExtraByteAreInvalid) {
  for (const std::string& bytes : {ARowDataset().Encode(), Csv().Encode()}) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(Dataset::Decode(bytes.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument) << size;
    }
    EXPECT_EQ(Dataset::Decode(bytes + "x").status().code(), absl::StatusCode::kInvalidArgument);
  }
}

// Whatever a bit flip makes of it: an error or a dataset that keeps its promises.
TEST(Dataset, FlippedBitsNeverYieldAContradiction) {
  for (const std::string& good : {ARowDataset().Encode(), Csv().Encode()}) {
    for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
      std::string bytes = good;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      const absl::StatusOr<Dataset> decoded = Dataset::Decode(bytes);
      if (!decoded.ok()) continue;
      ASSERT_EQ(decoded->Encode(), bytes) << bit;
    }
  }
}

TEST(Dataset, SegmentsThatContradictTheRowsAreInvalid) {
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.rows = 13; }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.rows = -1; }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.segments[0].rows = 9, d.rows = 11; }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.segments[0].blob.bytes = 81; }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) {
    d.segments[0] = {{Sha256("a"), -80}, -10};
    d.rows = -8;
  }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) {
    d.segments[0] = {{Sha256("a"), kBlobBytesMax + 8}, kBlobBytesMax / 8 + 1};
    d.rows = d.segments[0].rows + 2;
  }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.chunks = {{0, 0}}; }));
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) { d.source.bytes = 1; }));
}

TEST(Dataset, SegmentRowsThatOverflowAreInvalid) {
  EXPECT_TRUE(Refuses(ARowDataset(), [](Dataset& d) {
    d.schema = {};  // rows without columns have no bytes that could bound their count
    const Segment huge{{Sha256(""), 0}, std::numeric_limits<int64_t>::max()};
    d.segments = {huge, huge, {{Sha256(""), 0}, 2}};
    d.rows = 0;  // what the sum wraps to
  }));
}

TEST(Dataset, ChunksOutOfOrderOrPastTheEndAreInvalid) {
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[0].first_row = 1; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[1].offset = 10; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[1].first_row = 90; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[2].offset = 5001; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[2].first_row = 101; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks[0].offset = -1; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.chunks.clear(); }));
}

TEST(Dataset, TextOfOtherColumnsOrDelimitersIsInvalid) {
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.schema.columns[0].dtype = DType::kI64; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.schema.columns.clear(); }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.format = DatasetFormat::kJsonl; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.delimiter = '"'; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.source.bytes = -1; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.segments = ARowDataset().segments; }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.format = static_cast<DatasetFormat>(5); }));
  EXPECT_TRUE(Refuses(Csv(), [](Dataset& d) { d.format = static_cast<DatasetFormat>(0); }));
}

TEST(Dataset, TextWithoutRowsNeedsNoChunks) {
  Dataset empty = Csv();
  empty.rows = 0;
  empty.chunks.clear();
  EXPECT_TRUE(Dataset::Decode(empty.Encode()).ok());
}

}  // namespace
}  // namespace mote
