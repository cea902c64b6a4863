// Element-wise reduction of every numeric column: what sum, mean, min and max share.
//
// A partial is
//   header   magic u32, schema bytes u32, integers u32, floats u32, rows i64, weight i64
//   schema   encoded: the accumulators, i64 for integer columns and f64 for others
//   values   `integers` i64, then `floats` f64, in the order of the columns
// so that two partials of the same rows combine by two plain loops and a comparison
// of the bytes before `rows`.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/reducer.h"

namespace mote {

// A partial, read. Views point into the partial; values may be unaligned.
struct NumericPartial {
  Schema schema;
  int64_t rows = 0;
  int64_t weight = 0;
  std::string_view integers;  // 8 bytes each
  std::string_view floats;    // 8 bytes each
};

// Thread-safe.
class NumericReducer : public RowReducer {
 public:
  absl::Status Validate(std::string_view partial) const override;
  // InvalidArgument: other columns, or an integer leaves 64 bits.
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  // Folds the rows in order. Columns of text and the weight column are left out.
  // InvalidArgument: rows without a numeric column, or a negative weight.
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override;
  // A table of one row; of none when no row was seen or all weights are 0.
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;

 protected:
  // `weight_column` empty: every row weighs 1.
  NumericReducer(std::string name, std::string weight_column);

  // left[i] ← left[i] ⊕ right[i]. Addresses may be unaligned. Returns the index of
  // the first value that overflows, or `count`.
  virtual size_t CombineIntegers(char* left, const char* right, size_t count) const = 0;
  virtual void CombineFloats(char* left, const char* right, size_t count) const = 0;
  // The answer for at least one row. Default: the accumulators as they are.
  virtual Table FinishTable(const NumericPartial& partial) const;
  // InvalidArgument: not a partial of this reducer.
  absl::StatusOr<NumericPartial> Read(std::string_view partial) const;

 private:
  struct Source;
  struct Layout;

  absl::StatusOr<Layout> LayOut(const Schema& schema) const;
  absl::StatusOr<int64_t> Weight(const TableView& view, int64_t row, const Layout& layout) const;
  absl::Status ReadRow(const TableView& view, int64_t row, const Layout& layout, int64_t weight, char* values) const;
  absl::Status FoldRows(const TableView& view, const Layout& layout, std::string* partial) const;
  absl::Status CombineValues(std::string_view partial, char* left, const char* right) const;
  absl::Status Wrong(std::string_view what) const;

  std::string name_;
  std::string weight_column_;
};

// Applies `op(T left, T right) -> T` to `count` values that may be unaligned.
template <class T, class Op>
void ForEachPair(char* left, const char* right, size_t count, Op op) {
  for (size_t i = 0; i < count; ++i) {
    T a, b;
    std::memcpy(&a, left + i * sizeof(T), sizeof(T));
    std::memcpy(&b, right + i * sizeof(T), sizeof(T));
    a = op(a, b);
    std::memcpy(left + i * sizeof(T), &a, sizeof(T));
  }
}

}  // namespace mote
