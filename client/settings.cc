#include "client/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/jobfile/fields.h"
#include "client/jobfile/yaml.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

// The field `coordinator` of a project file; empty when it has none.
absl::StatusOr<std::string> ReadProjectFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  Problems problems(path);
  const std::optional<Node> root = ParseYaml(text.str(), &problems);
  if (!root) return problems.ToStatus();
  Fields fields(*root, "the project file", &problems);
  const std::string address = fields.Text("coordinator").value_or("");
  fields.RefuseRest();
  MOTE_RETURN_IF_ERROR(problems.ToStatus());
  return address;
}

}  // namespace

absl::StatusOr<CoordinatorSetting> FindCoordinator(const std::string& flag, const std::string& folder) {
  if (!flag.empty()) return CoordinatorSetting{flag, "--coordinator"};
  const char* environment = std::getenv("MOTE_COORDINATOR");
  if (environment != nullptr && *environment != '\0') return CoordinatorSetting{environment, "MOTE_COORDINATOR"};
  const std::string path = (std::filesystem::path(folder) / kProjectFile).string();
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    MOTE_ASSIGN_OR_RETURN(const std::string address, ReadProjectFile(path));
    if (!address.empty()) return CoordinatorSetting{address, "./mote.yaml"};
  }
  return CoordinatorSetting{kDefaultCoordinator, "default"};
}

}  // namespace mote::client
