namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The kind of thing that a service or a server names.</summary>
public enum AbsenceKind
{
    /// <summary>A user or a group.</summary>
    Account,

    Program,
    Directory,
    File,
}

/// <summary>
/// A thing that the file names for a service or a server and that does not exist in the container, or that its user may not use.
/// </summary>
/// <param name="service">The service; a server as "server NAME".</param>
/// <param name="kind">The kind of thing.</param>
/// <param name="sentence">The message of a failed start, with advice.</param>
public sealed class Absence(string service, AbsenceKind kind, string sentence)
{
    public string Service { get; } = service;
    public AbsenceKind Kind { get; } = kind;
    public string Sentence { get; } = sentence;
}
