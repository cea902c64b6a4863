// A model as a TorchScript file. The file is a program: it is loaded in engines only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"
#include "worker/engine/tensor.h"

namespace mote::engine {

// Not thread-safe.
class ScriptModule {
 public:
  // `name`: the file as the user calls it, for messages.
  //
  //   InvalidArgument    not a TorchScript file, or a truncated one
  //   ResourceExhausted  out of memory
  static absl::StatusOr<std::unique_ptr<ScriptModule>> Load(std::string_view bytes, std::string name,
                                                            const std::string& device);
  ~ScriptModule();

  // One forward pass; `batches` are forward's arguments, all of equal rows. Outputs
  // beyond the first dimension are flattened.
  //
  //   InvalidArgument    the model refuses the shapes, or yields something else than
  //                      one tensor, or a tuple or list of them, with a row each
  //   ResourceExhausted  out of memory
  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context);

 private:
  struct Module;  // libtorch's types stay in script_module.cc

  explicit ScriptModule(std::string name);

  const std::string name_;
  std::unique_ptr<Module> module_;
};

}  // namespace mote::engine
