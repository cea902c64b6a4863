// What a stage yields under a name, and what a job's input becomes once indexed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/value.h"

namespace mote {

// Encoded columns up to this size (about 2000 columns) stand in an Output.
inline constexpr int64_t kOutputSchemaBytesMax = 44 << 10;

enum class OutputKind {
  kTable,     // rows; `content` is an encoded Dataset (common/dataset.h)
  kDocument,  // a report; `content` is canonical JSON text
  kBlob,      // bytes for a program, such as a model; `content` is the bytes
};

// As messages call it.
inline const char* Describe(OutputKind kind) {
  switch (kind) {
    case OutputKind::kTable:
      return "a table";
    case OutputKind::kDocument:
      return "a report";
    case OutputKind::kBlob:
      return "a model";
  }
  return "something unknown";
}

// Those rows of a table that stay at one worker (`placement: pinned`).
struct SiteRows {
  std::string worker;
  Value content;  // as Output's; what it says of the rows can be read there alone
  int64_t rows = 0;
  int64_t bytes = 0;
  bool operator==(const SiteRows&) const = default;
};

struct Output {
  OutputKind kind = OutputKind::kDocument;
  Value content;
  int64_t rows = 0;   // tables only
  int64_t bytes = 0;  // of the flat content: rows, JSON text or blob
  // Tables: the columns, encoded (common/schema.h), so that planners need not
  // read the descriptor. Empty above kOutputSchemaBytesMax. Blobs that are models:
  // their format (common/model_format.h).
  std::string schema = {};
  // Of a pinned table all its rows, by worker; `content` is empty then, and `rows` and
  // `bytes` are those of all together.
  std::vector<SiteRows> sites = {};

  bool is_pinned() const { return !sites.empty(); }
  bool operator==(const Output&) const = default;
};

}  // namespace mote
