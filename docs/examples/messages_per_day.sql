-- Messages by day and agent type, as a chart.
WITH sessions AS (
    SELECT session, agent_type FROM events WHERE type LIKE 'chat.session.created.%'
), counted AS (
    SELECT CAST(time AS DATE) AS day, sessions.agent_type, CAST(sum(messages) AS INTEGER) AS messages
      FROM events JOIN sessions USING (session)
     GROUP BY ALL
)
SELECT *, bar(messages, 0, max(messages) OVER (), 30) AS chart FROM counted WHERE messages > 0 ORDER BY ALL
