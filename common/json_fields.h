// Fields of JSON records as cells of text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace mote {

// Reads the fields that are columns of a table and passes over the rest of a record.
//
// A field is a key of the record, or with dots a path into objects and lists:
// "owner.name", "scores.0". Its cell is the text of a string (unescaped), the digits of a
// number as they stand (of an integer without sign of zero), or "true" or "false"; a field
// that is missing or null has an empty one. Of a field that stands twice the last one counts.
//
// Not thread-safe.
class JsonFields {
 public:
  // `names`: no two alike.
  explicit JsonFields(const std::vector<std::string>& names);

  // The cells of one record, in the order of the names: views that are valid until the
  // next call.
  //
  //   InvalidArgument  not JSON, neither an object nor a list, nested more than 1000 deep, a
  //                    number that no double is, or a field is itself an object or a list:
  //                    says where
  absl::Status Cells(std::string_view record, std::vector<std::string_view>* cells);

 private:
  class Reader;

  // A key on the way to fields, or a field itself.
  struct Step {
    std::map<std::string, size_t, std::less<>> next;  // by key, or by number in a list
    int field = -1;
  };
  struct Cell {
    size_t begin = 0;
    size_t length = 0;
  };

  size_t StepTo(size_t from, std::string_view key);

  const std::vector<std::string> names_;
  std::vector<Step> steps_;  // the record itself first
  std::vector<Cell> cells_;  // of the record being read
  std::string text_;         // that they lie in
};

}  // namespace mote
