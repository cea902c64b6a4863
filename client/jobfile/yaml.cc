#include "client/jobfile/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mote::client {
namespace {

// Thrown through yaml-cpp, which knows no other way to stop; never leaves this file.
struct Stop {};

Place PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems* problems) : problems_(*problems) {}

  Node TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Finish(MakePlainScalar(PlaceOf(mark), ""), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Fail(PlaceOf(mark), "an alias inside of what it names; write the value out");
    }
    node_count_ += found->second.second;
    Finish(found->second.first, YAML::NullAnchor, PlaceOf(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    // yaml-cpp marks quoted scalars with the tag "!".
    Finish(tag == "!" ? MakeText(PlaceOf(mark), value) : MakePlainScalar(PlaceOf(mark), value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Start(Node::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { End(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Start(Node::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { End(); }

 private:
  // A list or map whose items are still coming.
  struct Open {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    int nodes_before = 0;
    bool has_key = false;
    Node key;
  };

  [[noreturn]] void Fail(Place place, std::string message) {
    problems_.Add(place, std::move(message));
    throw Stop();
  }

  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      Fail(PlaceOf(mark), absl::StrCat("the YAML tag '", tag, "' means nothing in a job file; leave it out"));
    }
  }

  void Start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    CheckTag(mark, tag);
    Open open;
    open.node.kind = kind;
    open.node.place = PlaceOf(mark);
    open.anchor = anchor;
    open.nodes_before = node_count_;
    open_.push_back(std::move(open));
  }

  void End() {
    Open open = std::move(open_.back());
    open_.pop_back();
    Finish(std::move(open.node), open.anchor, std::nullopt, open.nodes_before);
  }

  // A whole node: into its parent, as key or as value.
  void Finish(Node node, YAML::anchor_t anchor, std::optional<Place> place = std::nullopt,
              std::optional<int> nodes_before = std::nullopt) {
    const int before = nodes_before.value_or(node_count_);
    if (++node_count_ > kNodesMax) {
      Fail(node.place, absl::StrCat("more than ", kNodesMax, " values, aliases counted as what they stand for"));
    }
    if (place) node.place = *place;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {node, node_count_ - before};
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.IsList()) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      AddToMap(open_.back(), std::move(node));
    }
  }

  void AddToMap(Open& open, Node node) {
    if (!open.has_key) {
      if (node.IsMap() || node.IsList()) Fail(node.place, absl::StrCat("a key is a word, not ", node.Describe()));
      if (node.text == "<<") Fail(node.place, "merge keys (<<) are not supported yet; write the fields out");
      open.key = std::move(node);
      open.has_key = true;
      return;
    }
    open.has_key = false;
    if (const Node::Entry* first = open.node.Find(open.key.text)) {
      problems_.Add(open.key.place, absl::StrCat("'", open.key.text, "' stands here twice; the first is in line ",
                                                 first->place.line, "; remove one"));
      return;
    }
    open.node.entries.push_back({open.key.text, open.key.place, std::move(node)});
  }

  Problems& problems_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::pair<Node, int>> anchors_;  // node, and how many it holds
  int node_count_ = 0;
};

// yaml-cpp takes a NUL byte for the end of the file.
void CheckBytes(std::string_view text, Problems* problems) {
  if (text.size() > kJobFileBytesMax) {
    problems->Add({}, absl::StrCat("has ", text.size(), " bytes; a job file has at most ", kJobFileBytesMax));
    return;
  }
  const size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return;
  Place place{1, 1};
  for (const char c : text.substr(0, nul)) {
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
  }
  problems->Add(place, "a NUL byte; job files are text (UTF-8)");
}

// Where another document begins, or what is wrong in it stands; nullopt: there is none.
std::optional<Place> NextDocument(YAML::Parser& parser) {
  Problems in_it("");
  TreeBuilder builder(&in_it);
  try {
    if (!parser.HandleNextDocument(builder)) return std::nullopt;
  } catch (const Stop&) {
    return in_it.list().back().place;
  }
  return builder.TakeRoot().place;
}

}  // namespace

std::optional<Node> ParseYaml(std::string_view text, Problems* problems) {
  const size_t before = problems->list().size();
  CheckBytes(text, problems);
  if (problems->list().size() > before) return std::nullopt;
  TreeBuilder builder(problems);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return Node();
    Node root = builder.TakeRoot();
    const std::optional<Place> second = NextDocument(parser);
    if (!second) return root;
    problems->Add(*second, "a second document (after ---); a job file holds one");
  } catch (const Stop&) {
    // The problem is recorded.
  } catch (const YAML::Exception& error) {
    problems->Add(error.mark.is_null() ? Place{} : PlaceOf(error.mark), absl::StrCat("not YAML: ", error.msg));
  }
  return std::nullopt;
}

}  // namespace mote::client
