#include "worker/engine/ensemble_file.h"

#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

constexpr std::string_view kMagic = "MOTEENS1";
constexpr size_t kFixedBytes = kMagic.size() + sizeof(uint32_t);

absl::Status NotAnEnsemble(std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not an ensemble of models: ", std::string(why)));
}

}  // namespace

std::string WriteEnsemble(const std::vector<EnsembleMember>& members) {
  Json header{{"members", Json::array()}};
  for (const EnsembleMember& member : members) {
    header["members"].push_back({{"format", member.format},
                                 {"name", member.name},
                                 {"weight", member.weight},
                                 {"bytes", static_cast<int64_t>(member.bytes.size())}});
  }
  const std::string text = header.dump();
  const auto length = static_cast<uint32_t>(text.size());
  std::string file(kMagic);
  file.append(reinterpret_cast<const char*>(&length), sizeof(length));
  file += text;
  for (const EnsembleMember& member : members) file += member.bytes;
  return file;
}

absl::StatusOr<std::vector<EnsembleMember>> ReadEnsemble(std::string_view file) {
  if (file.size() < kFixedBytes || file.substr(0, kMagic.size()) != kMagic) return NotAnEnsemble("it begins otherwise");
  uint32_t length = 0;
  std::memcpy(&length, file.data() + kMagic.size(), sizeof(length));
  if (length > file.size() - kFixedBytes) return NotAnEnsemble("its header is cut off");
  MOTE_ASSIGN_OR_RETURN(const Json header, ParseJson(std::string(file.substr(kFixedBytes, length))));
  std::string_view rest = file.substr(kFixedBytes + length);
  std::vector<EnsembleMember> members;
  double sum = 0;
  try {
    for (const Json& json : header.at("members")) {
      EnsembleMember member{json.at("format").get<std::string>(),
                            json.at("name").get<std::string>(),
                            json.at("weight").get<double>(),
                            {}};
      const auto bytes = json.at("bytes").get<int64_t>();
      if (bytes < 0 || static_cast<uint64_t>(bytes) > rest.size()) return NotAnEnsemble("a model is cut off");
      if (!(member.weight >= 0)) return NotAnEnsemble(absl::StrCat("a weight is ", member.weight));
      member.bytes = rest.substr(0, static_cast<size_t>(bytes));
      rest.remove_prefix(member.bytes.size());
      sum += member.weight;
      members.push_back(member);
    }
  } catch (const Json::exception& error) {
    return NotAnEnsemble(error.what());
  }
  if (members.empty()) return NotAnEnsemble("it has no models");
  if (!rest.empty()) return NotAnEnsemble(absl::StrCat(rest.size(), " bytes too many"));
  if (!(std::abs(sum - 1) < 1e-6)) return NotAnEnsemble(absl::StrCat("its weights add up to ", sum, ", not to 1"));
  return members;
}

}  // namespace mote::engine
