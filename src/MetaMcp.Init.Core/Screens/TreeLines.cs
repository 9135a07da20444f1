using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// The processes of a run as a tree, each with its memory and its age. Only as many as a screen can show: a run that forks without end must
/// not hide the rest of the page.
/// </summary>
internal static class TreeLines
{
    private const int Most = 40;

    /// <summary>Deeper ones are drawn at this depth.</summary>
    private const int Deepest = 16;

    /// <summary>The columns of memory and age, with those between.</summary>
    private const int FigureWidth = 18;

    public static void AppendTo(FactLines lines, IReadOnlyList<ProcessLine> processes, ScreenStyle style)
    {
        if (processes.Count == 0)
            return;
        lines.Heading("processes");
        var tree = new Tree(processes, style);
        var width = 0;
        foreach (var (text, _) in tree.Lines)
            width = Math.Max(width, TextColumns.Of(text));
        if (style.Width != int.MaxValue)
            width = Math.Min(width, Math.Max(20, style.Width - 4 - FigureWidth));
        foreach (var (text, process) in tree.Lines)
        {
            var memory = process.Memory is { } bytes ? $"~{ShortText.Size(bytes)}" : style.Unknown;
            var age = process.Age is { } time ? ShortText.Time(time) : style.Unknown;
            lines.Below($"{TextColumns.PadRight(TextColumns.Cut(text, width, style.Cut), width)}  {memory,7}  {age,7}");
        }
        if (processes.Count > tree.Lines.Count)
            lines.Below($"and {processes.Count - tree.Lines.Count} more");
    }

    /// <summary>The command of the main process; null if it was not seen.</summary>
    public static string? CommandOf(NamePage page, int? pid, ScreenStyle style) =>
        page.Processes.FirstOrDefault(process => process.Pid == pid) is { } main ? CommandOf(main, style) : null;

    private static string CommandOf(ProcessLine process, ScreenStyle style) =>
        process.IsCommandCut ? $"{process.Command} {style.Cut}" : process.Command;

    private sealed class Tree
    {
        private readonly ILookup<int, ProcessLine> _children;
        private readonly ScreenStyle _style;

        public Tree(IReadOnlyList<ProcessLine> processes, ScreenStyle style)
        {
            _style = style;
            var pids = processes.Select(process => process.Pid).ToHashSet();
            // A process of another run, or one that was gone at the second look, is no parent here; nor is a process its own.
            _children = processes.OrderBy(process => process.Pid)
                .ToLookup(process => pids.Contains(process.Parent) && process.Parent != process.Pid ? process.Parent : 0);
            foreach (var root in _children[0])
                Add(root, "", "", 0);
        }

        public List<(string Text, ProcessLine Process)> Lines { get; } = [];

        private void Add(ProcessLine process, string front, string below, int depth)
        {
            if (Lines.Count == Most)
                return;
            var state = process.IsZombie ? "(zombie) " : "";
            Lines.Add(($"{front}{process.Pid} {state}{SafeText.Of(CommandOf(process, _style))}", process));
            var left = _children[process.Pid].Count();
            foreach (var child in _children[process.Pid])
            {
                var isLast = --left == 0;
                var (branch, further) = depth >= Deepest ? ("", "") : _style.IsAscii
                    ? (isLast ? "`- " : "|- ", isLast ? "   " : "|  ")
                    : (isLast ? "└─ " : "├─ ", isLast ? "   " : "│  ");
                Add(child, below + branch, below + further, depth + 1);
            }
        }
    }
}
