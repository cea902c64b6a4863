// Words for tests of reducers: blobs in memory, tables in one line, folds.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/dataset.h"
#include "common/json.h"
#include "common/reducer.h"

namespace mote {

class MemoryBlobs : public BlobSink, public BlobSource {
 public:
  Digest Store(std::string bytes) override {
    EXPECT_LE(static_cast<int64_t>(bytes.size()), kBlobBytesMax);
    const Digest digest = Sha256(bytes);
    blobs_[digest] = std::move(bytes);
    return digest;
  }
  absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>*) override {
    const auto found = blobs_.find(digest);
    if (found == blobs_.end()) return absl::UnavailableError("no blob " + digest.Hex());
    return std::string_view(found->second);
  }
  size_t size() const { return blobs_.size(); }

 private:
  std::map<Digest, std::string> blobs_;
};

inline std::unique_ptr<RowReducer> Make(std::string_view name, const Json& parameters = Json::object()) {
  absl::StatusOr<std::unique_ptr<RowReducer>> reducer = MakeRowReducer(name, parameters);
  EXPECT_TRUE(reducer.ok()) << reducer.status();
  return *std::move(reducer);
}

inline std::string LeafOf(const RowReducer& reducer, const Table& rows, BlobSink& blobs) {
  std::string partial;
  const absl::Status status = reducer.Leaf(rows, &partial, blobs);
  EXPECT_TRUE(status.ok()) << status;
  const absl::Status valid = reducer.Validate(partial);
  EXPECT_TRUE(valid.ok()) << valid;
  return partial;
}

// The bytes of an output, joined when they lie in a blob (tests stay below one).
inline std::string ContentOf(const Output& output, MemoryBlobs& blobs) {
  if (!output.content.artifact) return output.content.bytes;
  EXPECT_FALSE(output.content.artifact->manifest);
  return std::string(*blobs.Read(output.content.artifact->digest, nullptr));
}

// The rows of an output of kind kTable.
inline Table TableOf(const absl::StatusOr<Output>& output, MemoryBlobs& blobs) {
  EXPECT_TRUE(output.ok()) << output.status();
  if (!output.ok()) return {};
  EXPECT_EQ(output->kind, OutputKind::kTable);
  const absl::StatusOr<Dataset> dataset = Dataset::Decode(ContentOf(*output, blobs));
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  if (!dataset.ok()) return {};
  Table table{dataset->schema, dataset->rows, {}};
  for (const Segment& segment : dataset->segments) {
    const absl::StatusOr<std::string_view> bytes = blobs.Read(segment.blob.digest, nullptr);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_TRUE(TableView::Open(table.schema, segment.rows, *bytes).ok()) << "a segment is not whole rows";
    table.bytes.append(*bytes);
  }
  EXPECT_EQ(output->rows, table.rows);
  EXPECT_EQ(output->schema, table.schema.Encode());
  EXPECT_EQ(output->bytes, static_cast<int64_t>(table.bytes.size()));
  EXPECT_TRUE(TableView::Open(table.schema, table.rows, table.bytes).ok());
  return table;
}

// Combines tables as leaves, in order from the left, and finishes.
inline absl::StatusOr<Output> Reduce(const RowReducer& reducer, const std::vector<Table>& tables, MemoryBlobs& blobs) {
  std::string root;
  for (size_t i = 0; i < tables.size(); ++i) {
    std::string leaf = LeafOf(reducer, tables[i], blobs);
    if (i == 0) {
      root = std::move(leaf);
      continue;
    }
    if (absl::Status status = reducer.Combine(root, leaf, blobs); !status.ok()) return status;
    const absl::Status valid = reducer.Validate(root);
    EXPECT_TRUE(valid.ok()) << valid;
  }
  return reducer.Finish(tables.empty() ? nullptr : &root, blobs, &blobs);
}

inline Table Doubles(const std::string& name, const std::vector<double>& rows) {
  TableBuilder table(Schema{{{name, DType::kF64, 1}}});
  for (const double value : rows) table.AddF64(value);
  return table.Take();
}
inline Table Integers(const std::string& name, const std::vector<int64_t>& rows) {
  TableBuilder table(Schema{{{name, DType::kI64, 1}}});
  for (const int64_t value : rows) table.AddI64(value);
  return table.Take();
}
inline Table Texts(const std::string& name, const std::vector<std::string>& rows) {
  TableBuilder table(Schema{{{name, DType::kText, 1}}});
  for (const std::string& value : rows) table.AddText(value);
  return table.Take();
}

// Every truncation and every single changed byte must be survived: refused, or
// accepted as another valid partial, and never read past the end (sanitizers see).
inline void ExpectSurvivesDamage(const RowReducer& reducer, const std::string& partial, MemoryBlobs& blobs) {
  for (size_t size = 0; size < partial.size(); ++size) {
    const std::string cut = partial.substr(0, size);
    EXPECT_FALSE(reducer.Validate(cut).ok()) << "cut to " << size << " bytes";
    std::string left = partial;
    (void)reducer.Combine(left, cut, blobs);
  }
  for (size_t at = 0; at < partial.size(); ++at) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = partial;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      std::string left = damaged;
      (void)reducer.Combine(left, partial, blobs);
      left = partial;
      (void)reducer.Combine(left, damaged, blobs);
      if (reducer.Validate(damaged).ok()) (void)reducer.Finish(&damaged, blobs, &blobs);
    }
  }
  EXPECT_FALSE(reducer.Validate(partial + "x").ok());
}

MATCHER_P(Says, text, "has InvalidArgument that says this") {
  *result_listener << arg.ToString();
  return arg.code() == absl::StatusCode::kInvalidArgument && arg.ToString().find(text) != std::string::npos;
}

}  // namespace mote
