// `pin_shared`: the size and time of a shared file, to which the job is held from now on.
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"

namespace mote::engine {
namespace {

class PinSharedPass final : public PassKernel {
 public:
  explicit PinSharedPass(std::string path) : path_(std::move(path)) {}
  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const SharedFile file, context.FindShared(path_));
    *partial = Json{{"shared", file.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const std::string path_;
};

class PinSharedKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    return std::make_unique<PinSharedPass>(parameters.at("path").get<std::string>());
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePinSharedKernel() { return std::make_unique<PinSharedKernel>(); }

}  // namespace mote::engine
