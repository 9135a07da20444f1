using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>What the keys of <c>top</c> mean at present.</summary>
public abstract record TopMode : Case
{
    /// <summary>The table.</summary>
    public sealed record Table : TopMode;

    /// <summary>The table, while a text to find is being written.</summary>
    public sealed record Finding : TopMode;

    /// <summary>A question; <c>y</c> confirms.</summary>
    public sealed record Asking(string Verb, string Name) : TopMode;

    /// <summary>The question for a signal, which is being written.</summary>
    public sealed record Signalling(string Name, string Signal) : TopMode;

    /// <summary>The page that explains keys and columns; any key leaves it.</summary>
    public sealed record Keys : TopMode;

    /// <summary>The page of a name, or its log.</summary>
    /// <param name="Name">The service or instance.</param>
    /// <param name="IsLog">The log.</param>
    public sealed record Page(string Name, bool IsLog) : TopMode
    {
        /// <summary>The first line that is shown; the last page of a log, until somebody moves.</summary>
        public int? Top { get; init; }
    }
}
