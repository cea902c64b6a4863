// What an operation is to an engine: something that runs one task.
//
// A Kernel is opened once per pass and engine; the opened pass then runs tasks one
// after another. Kernels that need libtorch live in a shared library of their own
// (torch_kernels/), which registers them through the same two functions by which a
// user's library does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/cost.h"
#include "common/pass_spec.h"
#include "common/reducer.h"
#include "common/table.h"

namespace mote::engine {

// The world as a kernel sees it. One per engine; used from its compute thread.
class TaskContext : public BlobSource {
 public:
  // Reads a whole blob; fetched, verified and cached by the supervisor, mapped
  // into memory here. The wait counts as fetch, and the bytes that came over the
  // network as S.
  absl::StatusOr<std::string_view> Read(const Digest& digest, std::shared_ptr<const void>* keep) override = 0;

  // Where a kernel puts what is too large for a partial. What is stored is durable
  // at the coordinator before the block that names it commits.
  virtual BlobSink& blobs() = 0;

  // True once the lease was revoked: return Cancelled soon.
  virtual bool cancelled() const = 0;

  // Adds time to a phase other than compute (the rest of a task is compute).
  virtual void AddPhase(Phase phase, int64_t nanoseconds) = 0;
  virtual void AddStagedBytes(int64_t bytes) = 0;
};

// Options of the engine process that kernels may depend on.
struct EngineOptions {
  std::string device = "cpu";  // "cpu" or "cuda:0"
  int threads = 1;             // compute threads of this slot
  bool allow_commands = false;
  bool allow_test_operations = false;
  std::vector<std::string> shared_dirs;  // what jobs may read by `shared:` lies in these
  std::string scratch_dir;               // this engine's own, emptied at its start
};

// A kernel opened for one pass. Not thread-safe.
class PassKernel {
 public:
  virtual ~PassKernel() = default;

  // Runs task `task` and writes its leaf partial, in the form of the pass's
  // reducer, to `partial` (empty on entry).
  //
  // Errors
  //   Unavailable        an input could not be read: retried elsewhere
  //   ResourceExhausted  out of memory: retried smaller
  //   Cancelled          the lease was revoked
  //   Aborted            the device failed for good: retried elsewhere, and the engine
  //                      ends after this report
  //   anything else      the task's own fault (application error): not retried;
  //                      the message names the row or value and the remedy
  virtual absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Reads the parameters and inputs of a pass. Stores nothing: a pass stays open, and each
  // attempt has to store what it answers with. Errors as RunTask's: they count as the
  // failure of the first task.
  virtual absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                           TaskContext& context) = 0;
};

// A pass whose tasks yield rows, reduced by the reducer that the job file named.
class RowPassKernel : public PassKernel {
 public:
  explicit RowPassKernel(std::unique_ptr<RowReducer> reducer) : reducer_(std::move(reducer)) {}
  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) final;

 protected:
  // Produces the rows of task `task`.
  virtual absl::StatusOr<Table> RunRows(int64_t task, TaskContext& context) = 0;

 private:
  std::unique_ptr<RowReducer> reducer_;
};

using KernelMap = std::map<std::string, std::unique_ptr<Kernel>, std::less<>>;

// A kernel library (torch_kernels, or a user's) exports this with C linkage; it
// adds its kernels by name.
using RegisterKernelsFunction = void (*)(KernelMap& kernels);
inline constexpr char kRegisterKernelsSymbol[] = "MoteRegisterKernels";

// The kernels that are built into the engine (no libtorch).
void RegisterBuiltinKernels(KernelMap& kernels);

}  // namespace mote::engine
