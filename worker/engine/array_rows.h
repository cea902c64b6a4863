// Rows of a file of arrays, read where they lie.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/dataset.h"
#include "worker/engine/artifact_reader.h"

namespace mote::engine {

// Not thread-safe.
class ArrayRows {
 public:
  // `dataset` is of format kArrays and must outlive the reader. Errors as
  // ArtifactReader::Open.
  static absl::StatusOr<std::unique_ptr<ArrayRows>> Open(const Dataset& dataset, BlobSource& source);

  // The rows [begin, end) in mote's own encoding. Points into the file where one column
  // lies there as rows do (no byte is parsed or copied), otherwise into `*copy`. Valid
  // until the next call and as long as `*copy` is left alone.
  //
  // Errors as ArtifactReader's. The range lies within the dataset (checked by the caller).
  absl::StatusOr<std::string_view> View(TaskRange rows, BlobSource& source, std::string* copy);

 private:
  explicit ArrayRows(const Dataset& dataset) : dataset_(dataset) {}
  // The bytes of the rows' elements in the file.
  absl::StatusOr<std::string_view> Elements(size_t column, TaskRange rows, BlobSource& source, std::string* joined);
  absl::Status Interleave(TaskRange rows, BlobSource& source, std::string* copy);

  const Dataset& dataset_;
  std::vector<ArtifactReader> readers_;  // one a column, each at its place
};

}  // namespace mote::engine
