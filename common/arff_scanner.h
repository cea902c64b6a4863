// The rows of an ARFF file, line by line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/arff_header.h"
#include "common/arff_line.h"

namespace mote {

// Splits lines into cells, and holds their values against the types that the header
// declares. A missing value is the text "?".
//
// Not thread-safe.
class ArffScanner {
 public:
  explicit ArffScanner(std::vector<ArffAttribute> attributes);
  ArffScanner(const ArffScanner&) = delete;
  ArffScanner& operator=(const ArffScanner&) = delete;

  // The cells of a row, as views into `line` or a buffer of the scanner: valid until the
  // next call. `line` is without its end. In a sparse row ({1 x, 3 y}) what is left out is
  // 0, or the first value declared; it has a cell for each attribute. Another row may have
  // any number of cells: the caller checks, and only if the number fits are the values
  // checked here.
  //
  // Returns
  //   InvalidArgument  bad quotes or braces, an empty value, a number that is none, or a
  //                    value that is not declared: names attribute and value
  absl::Status Cells(std::string_view line, std::vector<std::string_view>* cells);

 private:
  // From the token at which `line` stands.
  absl::Status Dense(ArffLine& line, std::vector<std::string_view>* cells) const;
  absl::Status Sparse(ArffLine& line, std::vector<std::string_view>* cells) const;
  absl::Status SparseCell(const ArffToken& index, const ArffToken& value, int64_t* next,
                          std::vector<std::string_view>* cells) const;
  // The attributes [begin, end) may be left out of a sparse row.
  absl::Status CheckLeftOut(int64_t begin, int64_t end) const;
  bool IsDeclared(size_t attribute, const ArffToken& value) const;
  absl::Status WrongValue(size_t attribute, const ArffToken& value) const;

  const std::vector<ArffAttribute> attributes_;
  std::vector<std::vector<std::string_view>> declared_;  // of each nominal attribute, sorted
  std::vector<std::string_view> left_out_;               // what a sparse row means by nothing
  bool all_may_lack_ = true;                             // each attribute has such a value
  std::string unescaped_;
};

}  // namespace mote
