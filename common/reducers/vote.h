// `vote`: the value that most rows name, position by position.
//
// A partial is
//   magic u32, dtype u8 (0: no column known yet), width u32, column name, ballots i64,
//   then for each position: count u32 and that many (key, votes i64), keys ascending
// Keys are the values in a form that sorts as the values do, so two partials merge
// in one pass. The distinct values of all positions may take 1 MiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/reducers/reducer_entry.h"

namespace mote {

inline constexpr int64_t kVoteBytesMax = 1 << 20;

// Each row is a ballot. Thread-safe.
class VoteReducer : public RowReducer {
 public:
  explicit VoteReducer(std::string column) : column_(std::move(column)) {}

  absl::Status Validate(std::string_view partial) const override;
  // InvalidArgument: other types or widths, or too many distinct values.
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  // InvalidArgument: the column is missing, or a ballot is NaN.
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override;
  // A table of one row: the column with the winners, and votes:i64 for each
  // position. Most votes win; of equals the least value. No ballots: no row.
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;

 private:
  std::string column_;
};

ReducerEntry VoteEntry();

}  // namespace mote
