// `ensemble.pack`: models into one file (worker/engine/ensemble_file.h).
//
// Parameters {members: [{format, name}, …], weights: [number, …]}. Inputs "models[0]", …: the
// models' files. The task yields {model: artifact}.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/ensemble_file.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

// Their files are read by the task.
std::vector<EnsembleMember> ReadMembers(const Json& json) {
  const auto weights = json.at("weights").get<std::vector<double>>();
  std::vector<EnsembleMember> members;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Json& member = json.at("members").at(i);
    members.push_back({member.at("format").get<std::string>(), member.at("name").get<std::string>(), weights[i], {}});
  }
  return members;
}

class PackPass final : public PassKernel {
 public:
  PackPass(const PassSpec& pass, std::vector<EnsembleMember> members) : pass_(pass), members_(std::move(members)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::vector<EnsembleMember> members = members_;
    std::vector<std::string> files;
    for (size_t i = 0; i < members.size(); ++i) {
      MOTE_ASSIGN_OR_RETURN(std::string file, ReadInput(pass_, absl::StrCat("models[", i, "]"), context));
      files.push_back(std::move(file));
    }
    for (size_t i = 0; i < members.size(); ++i) members[i].bytes = files[i];
    *partial = Json{{"model", StoreArtifact(WriteEnsemble(members), context.blobs()).ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const PassSpec pass_;
  const std::vector<EnsembleMember> members_;
};

class PackKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(std::vector<EnsembleMember> members,
                          ReadParameters<std::vector<EnsembleMember>>(pass, ReadMembers));
    return std::make_unique<PackPass>(pass, std::move(members));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeEnsemblePackKernel() { return std::make_unique<PackKernel>(); }

}  // namespace mote::engine
