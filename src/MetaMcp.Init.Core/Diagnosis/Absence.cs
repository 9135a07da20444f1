namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>What kind of thing a service names.</summary>
public enum AbsenceKind
{
    /// <summary>A user or a group.</summary>
    Account,

    Program,
    Directory,
    File,
}

/// <summary>Something that the file names for a service and the container does not have, or does not let the service's user have.</summary>
/// <param name="service">Whose.</param>
/// <param name="kind">What kind of thing.</param>
/// <param name="sentence">As a failed start would say it, with what to do.</param>
public sealed class Absence(string service, AbsenceKind kind, string sentence)
{
    public string Service { get; } = service;
    public AbsenceKind Kind { get; } = kind;
    public string Sentence { get; } = sentence;
}
