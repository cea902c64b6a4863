// `ensemble.pack`: models into one file (worker/engine/ensemble_file.h).
//
// Parameters {members: [{door, name}, …], weights: [number, …]}. Inputs "models[0]", …: the
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
#include "worker/engine/pass_json.h"

namespace mote::engine {
namespace {

struct PackParameters {
  std::vector<EnsembleMember> members;
};

PackParameters ReadPack(const Json& json) {
  PackParameters parameters;
  const auto weights = json.at("weights").get<std::vector<double>>();
  for (size_t i = 0; i < weights.size(); ++i) {
    const Json& member = json.at("members").at(i);
    parameters.members.push_back(
        {member.at("door").get<std::string>(), member.at("name").get<std::string>(), weights[i], {}});
  }
  return parameters;
}

class PackPass final : public PassKernel {
 public:
  PackPass(const PassSpec& pass, PackParameters parameters) : pass_(pass), parameters_(std::move(parameters)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::vector<EnsembleMember> members = parameters_.members;
    std::vector<std::string> files;
    for (size_t i = 0; i < members.size(); ++i) {
      MOTE_ASSIGN_OR_RETURN(const Value* const model, InputOf(pass_, absl::StrCat("models[", i, "]")));
      MOTE_ASSIGN_OR_RETURN(std::string file, ReadValue(*model, context));
      files.push_back(std::move(file));
    }
    for (size_t i = 0; i < members.size(); ++i) members[i].bytes = files[i];
    *partial = Json{{"model", StoreArtifact(WriteEnsemble(members), context.blobs()).ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const PassSpec pass_;
  const PackParameters parameters_;
};

class PackKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(PackParameters parameters, ReadParameters<PackParameters>(pass, ReadPack));
    return std::make_unique<PackPass>(pass, std::move(parameters));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeEnsemblePackKernel() { return std::make_unique<PackKernel>(); }

}  // namespace mote::engine
