// What stands before the rows of an ARFF file: the names and types of its columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mote {

struct ArffAttribute {
  enum class Kind : uint8_t { kNumeric, kNominal, kText };  // a string or a date is text
  std::string name;
  Kind kind = Kind::kText;
  std::vector<std::string> values = {};  // kNominal: as declared

  bool operator==(const ArffAttribute&) const = default;
  // "class {good, bad}", of many values the first: for messages.
  std::string ToString() const;
};

// A header ends within this many bytes.
inline constexpr int64_t kArffHeaderBytesMax = 4 << 20;

struct ArffHeader {
  std::vector<ArffAttribute> attributes;
  int64_t end_offset = 0;  // just behind the line @data
  int64_t lines = 0;       // newlines up to there

  // `start`: the file, or its first kArffHeaderBytesMax bytes. A byte order mark is passed
  // over; keywords are of any case.
  //
  //   InvalidArgument  not such a header, or it does not end in `start`; the message begins
  //                    with the line ("line 3: …"), the caller names the file
  static absl::StatusOr<ArffHeader> Parse(std::string_view start);
};

}  // namespace mote
