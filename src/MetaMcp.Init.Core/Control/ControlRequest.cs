using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Control;

/// <summary>A request of a client. Everything in it is a claim of a process that may be hostile.</summary>
/// <param name="Verb">The verb.</param>
public sealed record ControlRequest(ControlVerb Verb) : Case
{
    /// <summary>The services and servers that it is about; for a verb that looks, none means all.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary><c>events</c> and <c>logs</c>: those after this number; null for all that are kept.</summary>
    public long? Since { get; init; }

    /// <summary><c>events</c> and <c>logs</c>: go on with each new one.</summary>
    public bool IsFollowing { get; init; }

    /// <summary><c>logs</c>: the last ones of each service alone; null for all that are kept.</summary>
    public int? Lines { get; init; }

    /// <summary><c>health</c>: a service that runs is enough; it need not be ready.</summary>
    public bool IsAlive { get; init; }

    /// <summary><c>signal</c>: the signal.</summary>
    public Signal? Signal { get; init; }

    /// <summary><c>shutdown</c>: everything is killed at once.</summary>
    public bool IsEmergency { get; init; }

    /// <summary>As a person would type it.</summary>
    public string Words
    {
        get
        {
            var words = new List<string> { ControlVerbs.Word(Verb) };
            words.AddRange(Names);
            if (Signal is { } signal)
                words.Add(signal.ToString());
            if (IsEmergency)
                words.Add("--emergency");
            return string.Join(' ', words);
        }
    }
}
