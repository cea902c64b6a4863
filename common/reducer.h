// Reducers: how results of tasks become one answer.
//
// A partial is the reduced value of a node of the tree, as bytes whose form is the
// reducer's own. `Combine(left, right)` is always called with the left sibling
// first; it need not be commutative, nor associative beyond the dyadic tree.
//
// Thread-safe: reducers are immutable. Partials may come from a worker that lies,
// so every function checks what it reads and reports InvalidArgument.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/output.h"
#include "common/shared_file.h"
#include "common/table.h"

namespace mote {

// Takes bytes that are too large to stay in a partial. Storing is idempotent.
class BlobSink {
 public:
  virtual ~BlobSink() = default;
  // At most kBlobBytesMax bytes.
  virtual Digest Store(std::string bytes) = 0;
};

// Reads blobs that a partial refers to.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // Unavailable: the bytes cannot be had now. The view lives as long as `keep`.
  virtual absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>* keep) = 0;

  // What lies at a shared path now. Unavailable: it cannot be read here; says why.
  virtual absl::StatusOr<SharedFile> FindShared(const std::string& path);
  // Bytes [offset, offset + length) of a shared file, which has them.
  //
  //   Unavailable  it cannot be read here; says why
  //   DataLoss     it is not the file any more that was pinned
  virtual absl::Status ReadShared(const SharedFile& file, int64_t offset, int64_t length, std::string* bytes);
};

class Reducer {
 public:
  virtual ~Reducer() = default;

  // InvalidArgument: not a partial of this reducer. What passes can be combined
  // with any other that passes, or Combine says why not (different columns).
  virtual absl::Status Validate(std::string_view partial) const = 0;

  // left ← left ⊕ right. Pure apart from what it stores in `blobs`.
  virtual absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const = 0;

  // Makes a partial small enough to travel (kInlineBytesMax): puts what is too large
  // into blobs. Called once for each node that leaves an engine's fold, and after
  // each Combine of the coordinator's; between Combines of one block partials may
  // be larger.
  virtual absl::Status Seal(std::string& partial, BlobSink& blobs) const {
    (void)partial, (void)blobs;
    return absl::OkStatus();
  }

  // True when Finish must read blobs, which only an engine can: the coordinator
  // then leases a one-task pass of the kernel "finish" for it.
  virtual bool FinishReadsBlobs(std::string_view partial) const {
    (void)partial;
    return false;
  }
  // The root's value. `partial` is nullptr when no task has a result (N = 0, or
  // all are absent). `source` is nullptr where FinishReadsBlobs was false.
  virtual absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const = 0;
};

// Reduces the rows that user-visible operations produce.
class RowReducer : public Reducer {
 public:
  // One task's rows as a partial.
  virtual absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const = 0;
};

// A parameter of an operation or a reducer, for `mote operations` and validation.
struct Parameter {
  enum class Kind {
    kInteger,
    kNumber,
    kText,
    kFlag,
    kDuration,
    kList,
    kObject,
    kReference,
    kReferences,
    kFile,
    kFiles,
    kModel,  // a reference, or an object that names a file
    kAny
  };
  std::string name;
  Kind kind = Kind::kText;
  std::string default_value;  // as JSON text; empty: required unless `optional`
  bool optional = false;
  std::string summary;  // one line: meaning, unit, range
};

struct ReducerDescription {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;
  std::string bound;                     // size of a partial: "8 bytes a value"
  OutputKind kind = OutputKind::kTable;  // of what Finish yields
};

// Reducers that a job file may name, in alphabetical order.
const std::vector<ReducerDescription>& UserReducers();

// Makes a reducer by name, internal ones included.
//
// Returns
//   NotFound         no such reducer; the message names the nearest
//   InvalidArgument  a parameter is unknown, missing or of the wrong type
absl::StatusOr<std::unique_ptr<Reducer>> MakeReducer(std::string_view name, const Json& parameters);

// As MakeReducer; InvalidArgument when the reducer does not take rows.
absl::StatusOr<std::unique_ptr<RowReducer>> MakeRowReducer(std::string_view name, const Json& parameters);

}  // namespace mote
