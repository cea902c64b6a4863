// Files of arrays, and what a job reads from them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/in_process.h"

namespace mote::testing {

template <class T>
std::string BytesOf(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

inline std::string BigEndian(uint64_t value, size_t bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes));
  return text;
}

inline std::string Idx(int type, const std::vector<uint32_t>& shape, const std::string& data) {
  std::string file = std::string(2, '\0') + static_cast<char>(type) + static_cast<char>(shape.size());
  for (const uint32_t size : shape) file += BigEndian(size, 4);
  return file + data;
}

// What is wrong with the file "x.<format>".
inline std::string ArrayError(const std::string& file, const std::string& format, const Json& more = Json::object()) {
  InProcess cluster;
  const absl::StatusOr<Output> output =
      cluster.Index(file, format, 1 << 20, kBlobBytesMax, absl::StrCat("x.", format), more);
  EXPECT_EQ(output.status().code(), absl::StatusCode::kInvalidArgument) << output.status();
  return std::string(output.status().message());
}

// All numbers of a table, row by row.
inline std::vector<double> NumbersOfTable(const Table& table) {
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<double> numbers;
  for (int64_t row = 0; row < table.rows; ++row) {
    for (size_t c = 0; c < table.schema.columns.size(); ++c) {
      for (int64_t i = 0; i < table.schema.columns[c].width; ++i) numbers.push_back(view.Number(row, c, i));
    }
  }
  return numbers;
}

// The numbers of a file, which lies in many small blobs.
inline std::vector<double> NumbersOfFile(const std::string& file, const std::string& format) {
  InProcess cluster;
  const absl::StatusOr<Output> output = cluster.Index(file, format, 1 << 20, 7);
  EXPECT_TRUE(output.ok()) << output.status();
  return output.ok() ? NumbersOfTable(cluster.Rows(*output)) : std::vector<double>();
}

}  // namespace mote::testing
