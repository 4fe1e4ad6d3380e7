using System.Management.Automation;
using DockerArchive.Host;

namespace DockerArchive.EngineTests.Host;

public sealed class ProgressRecordsTests
{
    [Fact]
    public void Children_stand_indented_below_their_parent()
    {
        var lines = Lines(Record(1, "Boot"), Record(5, "Other"), Record(2, "Kernel", parent: 1));

        Assert.Equal(["Boot", "  Kernel", "Other"], lines.Select(line => line.Split(" [")[0]));
    }

    [Fact]
    public void A_completed_activity_takes_its_children_along()
    {
        var done = Record(1, "Boot");
        done.RecordType = ProgressRecordType.Completed;

        Assert.Empty(Lines(Record(1, "Boot"), Record(2, "Kernel", parent: 1), done));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(33)]
    [InlineData(80)]
    public void Lines_fit_the_width_whatever_the_texts_are(int width)
    {
        var record = Record(1, new string('漢', 100));
        record.StatusDescription = new string('x', 500);
        record.SecondsRemaining = 12;

        Assert.InRange(CellWidth.OfPlain(Lines(width, record)[0]), 1, width);
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        var record = Record(1, "a\nb");
        record.StatusDescription = "\e]0;title\a\rok";

        Assert.DoesNotContain(Lines(record)[0], char.IsControl);
    }

    [Fact]
    public void More_activities_than_rows_are_counted()
    {
        var records = new ProgressRecords();
        foreach (var id in Enumerable.Range(1, 9))
            records.Update(0, Record(id, $"Step {id}"));

        var lines = records.Render(60, 5);

        Assert.Equal((5, "… 5 more activities"), (lines.Count, lines[4]));
    }

    private static string[] Lines(params ProgressRecord[] updates) => Lines(60, updates);

    private static string[] Lines(int width, params ProgressRecord[] updates)
    {
        var records = new ProgressRecords();
        foreach (var update in updates)
            records.Update(0, update);

        return [.. records.Render(width, 10).Select(PlainText.Of)];
    }

    private static ProgressRecord Record(int id, string activity, int parent = -1) =>
        new(id, activity, "status") { ParentActivityId = parent, PercentComplete = 50 };
}
