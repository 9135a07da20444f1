namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that PID 1 gives to its short children. Their arguments are between the two and may change at any time.</summary>
internal static class HiddenVerbs
{
    public static readonly VerbEntry Names = new(
        "names", VerbKind.Hidden, "names", "write the names of services and servers, for the completion of shells");

    public static readonly VerbEntry Discard = new(
        "discard", VerbKind.Hidden, "discard …", "receive notifications that bring descriptors, and close connections that do");

    public static readonly VerbEntry Draw = new(
        "draw", VerbKind.Hidden, "draw …", "draw the screen of top");

    public static readonly VerbEntry Measure = new(
        "measure", VerbKind.Hidden, "measure …", "read the memory of processes");

    public static readonly VerbEntry Place = new(
        "place", VerbKind.Hidden, "place …", "move one process of a client into a cgroup");

    public static readonly VerbEntry Read = new(
        "read", VerbKind.Hidden, "read …", "read the configuration for a reload");
}
