// A table as shards on disk: part-00000.csv, part-00001.csv, …, and manifest.json.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/outputs/row_text.h"
#include "client/text/proto_json.h"
#include "common/digest.h"

namespace mote::client {

inline constexpr int64_t kShardBytesMax = 64 << 20;
// So wide a shard is cut at most, however short its rows are.
inline constexpr int kShardLevelMax = 24;

// k of the 2^k rows that a shard holds: a function of the table alone, so equal
// tables are cut equally. Rows with text are judged by their average; a shard that
// turns out too large is met by ShardWriter.
int ShardLevel(const RowText& text, int64_t rows, int64_t flat_bytes);

// Writes the shards of one table into a folder that exists. Not thread-safe.
class ShardWriter {
 public:
  // Shards hold 2^level rows, the last one the rest.
  ShardWriter(std::string folder, Schema schema, TableFormat format, int level);

  // Returns
  //   OutOfRange  a shard of several rows exceeds kShardBytesMax: empty the folder
  //               and write again with the next smaller level
  //   Unavailable the disk refused (full, read-only)
  absl::Status Append(const TableView& rows);
  // Ends the last shard and writes manifest.json; `digest` is of the flat content. A
  // table without rows has one shard: its header.
  absl::Status Finish(const Digest& digest);

 private:
  struct Shard {
    std::string file;
    int64_t rows = 0;
    int64_t bytes = 0;
    std::string sha256;
  };

  absl::Status OpenShard();
  absl::Status Flush();
  absl::Status CloseShard();
  absl::Status DiskError(const std::string& file) const;

  std::string folder_;
  Schema schema_;
  TableFormat format_;
  RowText text_;
  int level_;
  std::vector<Shard> shards_;  // the last is open while file_ is
  std::ofstream file_;
  std::unique_ptr<Sha256Stream> hash_;
  std::string buffer_;  // text that is not on disk yet
  int64_t rows_ = 0;
};

// Writes a whole file under a temporary name, then renames. Unavailable: the disk refused.
absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes);

}  // namespace mote::client
