// The table that rows are joined with, whole in memory: by key, what its rows add.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/prepare/join_columns.h"
#include "common/reducer.h"
#include "common/table.h"
#include "worker/engine/kernels/text_table.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

// What it takes at most: an engine may have another pass open meanwhile.
inline constexpr int64_t kJoinMemoryMax = int64_t{1} << 30;

// Reads the keys of rows: the texts of their cells, without blanks at their ends (numbers as
// the shortest text that reads back as the same). Not thread-safe.
class JoinKey {
 public:
  // `schema` and `options` must outlive it.
  JoinKey(const Schema& schema, std::vector<size_t> columns, const JoinOptions& options)
      : schema_(schema), columns_(std::move(columns)), options_(options) {}

  // Of the row with these cells; valid until the next call. False: a part of it is missing.
  bool Read(const std::vector<std::string_view>& cells, std::string_view* key);
  // `city="Rome", year="2021"`, of the key that Read gave last.
  std::string Describe(const std::vector<std::string_view>& cells) const;

 private:
  std::string_view TextOf(const std::vector<std::string_view>& cells, size_t column, std::string* number) const;

  const Schema& schema_;
  const std::vector<size_t> columns_;
  const JoinOptions& options_;
  std::string key_;
  std::string number_;
};

// Not thread-safe.
class JoinSide {
 public:
  // Reads all rows of `source`.
  //
  //   InvalidArgument  more than options.matches_max rows have one key (names two of them), or
  //                    the table takes over `memory_max` bytes
  //   others           as RowSource::Read's
  static absl::StatusOr<std::unique_ptr<JoinSide>> Read(RowSource& source, const JoinColumns& columns,
                                                        const JoinOptions& options, int64_t memory_max,
                                                        BlobSource& blobs);

  static constexpr size_t kNone = SIZE_MAX;
  // The first row of that key, in the table's order; kNone: there is none.
  size_t First(std::string_view key) const;
  // The next one of the same key; kNone: there is none.
  size_t Next(size_t row) const { return next_[row] == UINT32_MAX ? kNone : next_[row]; }
  // The bytes of the row's cells in the columns that are taken, in the encoding of Table.
  std::string_view Taken(size_t row) const {
    return std::string_view(bytes_).substr(begins_[row], begins_[row + 1] - begins_[row]);
  }

 private:
  absl::Status Add(const TableView& view, int64_t place, int64_t row, const JoinColumns& columns, JoinKey* key);
  absl::Status Link(std::string_view text, int64_t row, const JoinKey& key);
  int64_t memory() const;

  explicit JoinSide(const JoinOptions& options) : matches_max_(options.matches_max) {}

  struct Rows {
    uint32_t first = UINT32_MAX, last = UINT32_MAX;
    int64_t count = 0;
    int64_t table_row = 0;  // of the first
  };

  const int64_t matches_max_;
  TextTable keys_;
  std::vector<Rows> rows_;         // by number of the key
  std::vector<uint32_t> next_;     // by row that has a key
  std::vector<size_t> begins_{0};  // of its bytes, and the end of all
  std::string bytes_;
  std::vector<std::string_view> cells_;
};

// Appends a cell of such a column as rows hold it.
void AppendCell(const Column& column, std::string_view cell, std::string* bytes);

}  // namespace mote::engine
