namespace MetaMcp.Init.Core.Diagnosis;

public enum FindingSeverity
{
    /// <summary>No shortfall.</summary>
    Ok,

    /// <summary>Good to know; nothing that is asked for here is missing.</summary>
    Info,

    /// <summary>Something works less well than it could, or in another way than it should.</summary>
    Warning,

    /// <summary>Something that the file asks for, or mcp-init itself, cannot work.</summary>
    Error,
}

/// <summary>The result of one check.</summary>
/// <param name="id">Never changes its meaning, so that scripts can look for it: <c>cgroup-read-only</c>.</param>
/// <param name="severity">The severity, for this file if there is one.</param>
/// <param name="found">The observation; several lines if it concerns several services.</param>
/// <param name="costs">The cost to the operator, in one sentence; empty if there is none.</param>
/// <param name="remedies">The settings that mend it.</param>
public sealed class Finding(string id, FindingSeverity severity, string found, string costs, Remedies remedies)
{
    public string Id { get; } = id;
    public FindingSeverity Severity { get; } = severity;
    public string Found { get; } = found;
    public string Costs { get; } = costs;
    public Remedies Remedies { get; } = remedies;

    /// <summary>A check without a shortfall.</summary>
    public static Finding Ok(string id, string found) => new(id, FindingSeverity.Ok, found, "", Remedies.None);

    /// <summary>A shortfall: with one, the exit code is not 0.</summary>
    public bool IsShortfall => Severity >= FindingSeverity.Warning;
}
