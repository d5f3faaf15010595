/**
 * Words that tell what a prompt asks for, by category; `;` separates them and `*` marks a stem. Chosen by hand
 * from what such requests usually say in the larger languages. A misspelt or unknown word tells nothing, which leaves a
 * prompt to its form.
 */
export const vocabulary = {
  /** Greetings, thanks and banter. */
  talk: `hi; hello; hey; thanks; thank you; thx; bye; good morning; good evening; good night; how are you; ok; okay;
    lol; cool; great; nice; joke*; fun fact; tell me a story; pretend; let's play; say something; hallo; guten morgen;
    danke*; tschüss; witz*; bonjour; salut; merci; bonne soirée; bonne nuit; blague*; hola; gracias; buenos días;
    chiste*; ciao; grazie; buongiorno; olá; obrigad*; bom dia; hoi; dank je; bedankt; привет*; спасибо; здравствуй*;
    你好; 谢谢; 早上好; 笑话; こんにちは; ありがとう; おはよう; مرحبا; شكرا; السلام عليكم; 안녕*; 감사*; happy birthday; happy new year; feliz;
    frohe; congratulations; haha*; cheers; perfect; good one; sorry; wie geht; wie war; ça va; qué tal; come stai;
    super; merry`,
  /** Questions for one fact. */
  lookup: `what is; what's; what are; what does; who is; who was; who were; who won; who wrote; who invented; when is;
    when was; when did; where is; where are; which is; which planet; which country; how do you say; how do you spell;
    how old; how tall; how far; how long; how many; how much is; capital of; mean by; stand for; meaning of; synonym*;
    plural; opposite of; spell; convert; true or false; yes or no; was ist; was sind; was heißt; was bedeutet;
    wer ist; wer war; wer hat; wann ist; wann war; wann wurde; wo ist; wo liegt; wie heißt; wie lange; wie viele;
    wie viel; wie alt; wofür steht; hauptstadt; qu'est-ce que; qui est; qui a; quand; où est; quelle est; quel est;
    c'est quoi; comment dit-on; combien; capitale; qué es; qué significa; quién; cuándo; dónde; cuál es; cuántos;
    cuántas; cómo se dice; che cos'è; chi è; quando; dov'è; qual è; come si dice; qual é; o que é; quem; wat is;
    wat betekent; wie is; что такое; кто такой; когда; где; какой; сколько; 是什么; 是谁; 哪里; 多少; 什么时候; とは何; 何ですか; どこ; いつ;
    だれ; ما هو; ما هي; من هو; متى; أين; كم; how do i; how do you; how to; how can i; wie kann ich; wie mache ich;
    comment faire; cómo puedo; what year; what day; which day; what time; which module; which command; which setting;
    how high; how deep; how often; can you eat; name of; recommend; suggest`,
  /** Work on a text sentence by sentence. */
  tidy: `typo*; spelling; misspel*; punctuation; commas; grammar; proofread*; correct the; correct this; reword*;
    rephrase*; paraphrase*; sound more; more polite; more formal; format this; alphabetical*; indent*; capitali*;
    replace all; remove all; rename; past tense; rechtschreib*; tippfehler*; zeichensetzung; korrigier*; ersetze;
    umformulier*; formulier* um; orthograph*; fautes; corrige*; reformul*; reescrib*; ortograf*; correggi*; riscriv*;
    corrija; исправ*; 改正; 错别字; 润色; 校正; صحح*; fix spelling; pick out; underline; put this in; put these in; fix only;
    adjectives; nouns; verbs; replace every; replace the word`,
  /** A short answer is wanted. */
  brief: `one word; one sentence; a sentence; one line; one-line; one-liner; two-line; two lines; two sentences;
    three sentences; short; shortly; briefly; quick; quickly; simple; simply; tldr; tweet; in plain words; yes/no;
    answer with; reply with; reply only; just the; just give me; roughly; nothing else; kurz*; ein wort; ein satz;
    in einem satz; zwei sätze; einfach; courte; une phrase; en bref; brièvement; una frase; brevemente; corto; corta;
    breve; in één zin; кратко; одним словом; 一句话; 简单; 简短; 一言で; 簡単に; باختصار; جملة واحدة; caption; gist; in a nutshell;
    one-sentence; in a sentence; headline; title for; slogan for; yes or no; be brief; in brief`,
  translate: `translat*; in english; in german; in french; in spanish; to english; to german; to french; to spanish;
    into english; into german; into french; into spanish; into italian; übersetz*; auf englisch; ins englische;
    ins deutsche; tradui*; traduction; en anglais; en français; traduce; traduzc*; traducción; al inglés; al español;
    traduci; traduzione; traduz*; vertaal*; перевед*; перевод*; 翻译; 翻訳; 訳して; ترجم*; how would you say; übersetzung;
    en inglés; in inglese; in tedesco; em inglês; traduzir; tradurre; tradurmi`,
  /** Languages that small models write badly. */
  far: `chinese; mandarin; japanese; korean; arabic; hindi; russian; turkish; polish; vietnamese; thai; hebrew;
    ukrainian; czech; hungarian; finnish; greek; persian; urdu; bengali; swahili; chinesisch*; japanisch*;
    koreanisch*; arabisch*; russisch*; türkisch*; polnisch*; chinois*; japonais*; arabe; russe; turc; polonais*;
    chino; japonés; árabe; ruso; turco; polaco`,
  summarise: `summar*; abstract of; tldr; key points; main points; in a nutshell; condense*; shorten*; zusammenfass*;
    fasse; kürze; stichpunkt*; résum*; synthétis*; resum*; sintetiz*; riassum*; riassunto; samenvat*; кратко изложи*;
    резюм*; 总结; 概括; 摘要; 要約; まとめ*; لخص*; لخّص*`,
  extract: `extract*; pull out; list all; list every; list of all; find all; classify; categori*; sort these;
    sentiment; label each; parse; identify all; turn this into; turn these into; extrahier*; liste alle;
    klassifizier*; ordne; extrai*; extrae*; clasific*; classe*; estrai*; выпиши*; извлек*; классифиц*; 提取; 分类; 列出; 抽出;
    分類; استخرج*; صنف*`,
  /** Marks and points for somebody's answer. */
  grade: `grade*; grading; mark this; mark these; marks; marking; score*; award*; rubric*; marking scheme; scheme;
    answer key; feedback; criteri*; essay*; assess*; examiner*; bewert*; benote*; punkte; korrektur*; lösung;
    erwartung*; raster; kriterien; noten*; évalu*; copie; barème; corrigé; evalúa*; evaluar; califica*; valuta*; voto;
    avalie; оцени*; 评分; 批改; 评价; 採点; 評価; قيّم; قيم; صحح; key:; expected:; answer:; student's answer; pupil's answer;
    points max; out of 10; partial credit; full marks; lösung:; antwort:; attendu :; réponse :; clave:; respuesta:;
    erwartet:; marks for`,
  /** Understanding is wanted, not a fact. */
  explain: `explain*; why; how does; how would; how can; difference between; differences; pros and cons; advantages;
    disadvantages; trade-off*; tradeoff*; when would; when to use; which is better; what speaks; reasons; options;
    in terms of; what do i; what should i; step by step; show the steps; erklär*; warum; weshalb; wieso; unterschied*;
    vor- und nachteil*; vorteil*; wie funktioniert; worauf; gründe; expliqu*; pourquoi; différence*; avantage*;
    explica*; explíca*; por qué; diferencia*; ventaja*; spiega*; perché; differenz*; leg uit; waarom; verschil*;
    объясни*; почему; разниц*; как работает; отлича*; 解释; 为什么; 区别; 说明; 說明; 説明; なぜ; 違い; 理由; اشرح*; لماذا; الفرق; nasıl;
    açıkla*; dlaczego; wyjaśnij; 설명*; समझा*; how did; what happens; what should i look; is it better; what causes;
    how is; how are; worum geht; wie kommt; comment; cómo funciona; como funciona; por que; explique; come funziona;
    расскажи; зачем; зависит`,
  /** A piece of software or a query is to be written. */
  build: `function*; method; script*; component*; query; sql; regex; unit test*; tests; endpoint; api; parser;
    migration; dockerfile; workflow; makefile; config; manifest; pipeline; schema; iterator; algorithm*; implement*;
    refactor*; code; program; loop; funktion*; skript; abfrage; programmier*; implementier*; fonction*; requête*;
    función; consulta; funzione; código; codice; функци*; скрипт*; код; 函数; 代码; 脚本; 関数; コード; دالة; كود; script; cli;
    command-line; app; bot; library; module; api endpoint; webhook; macro; formula; measure; list comprehension;
    one-off script; typed; type hints`,
  /** A text or plan of about a page is to be written. */
  produce: `write; draft*; cover letter; letter; speech; report; article; essay; blog post; lesson plan; worksheet*;
    quiz; study plan; shopping list; agenda; proposal; press release; swot; checklist; timeline; itinerary; plan a;
    make a plan; agreement; chapter; words; pages; one page; page; versions; schreib*; entwurf; rede; arbeitsblatt;
    unterrichtsentwurf; kündigung; erstell*; seite; rédige*; lettre; discours; écri*; plan de; redact*; escrib*;
    carta; discurso; scriv*; lettera; redig*; schrijf*; напиши*; составь*; письмо; 写; 作文; 撰写; 制定; 計画; 書いて; اكتب*; خطة;
    napisz*; lập kế hoạch; लिखिए; short story; essay on; a policy; one-pager; half a page; newsletter; sections; rota;
    plan for; wochenplan; halbe seite; motivationsschreiben; bewerbung*; lettre de; currículum`,
  /** The answer has a form. */
  structure: `json; csv; xml; yaml; table; columns; markdown; bullet*; numbered; fields; format; schema; template;
    headings; ids; keys; placeholders; return only; return a; with columns; grouped by; group by; sort by; sorted;
    titled; hashtags; keywords; multiple-choice; multiple choice; tabelle; spalten; aufzählung; stichpunkt*; format*;
    tableau; colonnes; liste de; puces; tabla; columnas; formato; tabella; colonne; tabela; таблиц*; 表格; 数组; 格式; 表;
    جدول`,
  /** Conditions on the answer. */
  limits: `must; exactly; precisely; at most; at least; no more than; not more than; less than; more than; under; max;
    max.; maximum; minimum; without; only; avoid; keep; never; don't; do not; each; every; between; within; until;
    by when; unless; except; with reasons; including; include; mention; ordered; tone; muss; müssen; genau; höchstens;
    mindestens; ohne; nur; vermeide; jede*; zwischen; bis; außer; begründe*; einschließlich; doit; exactement;
    au plus; au moins; sans; seulement; chaque; entre; debe; exactamente; máximo; mínimo; solo; cada; deve;
    esattamente; senza; ogni; должен; ровно; без; только; каждый; 必须; 至少; 不超过; 每; 以内; 少なくとも; ちょうど; يجب; على الأقل;
    بدون; فقط; كل`,
  /** Strict verse and word play. */
  verse: `sonnet*; haiku*; limerick*; pentameter; rhyme scheme; rhymes and; scans; syllables; ballad; pun; puns;
    kreuzreim; reime; reimschema; silben; strophen; rimes; soneto; rima`,
  /** A proof or a derivation. */
  proof: `prove*; proof*; show that; derive*; derivation; disprove*; theorem*; lemma; contradiction; induction;
    if and only if; beweis*; herleit*; satz von; démontr*; montrer que; montrez; preuve; prouve*; théorème; demuestr*;
    demostra*; prueba que; teorema; dimostra*; demonstre; prove que; bewijs*; докаж*; доказ*; теорем*; 证明; 推导; 定理; 證明;
    証明; 導出; أثبت; برهن*; اثبت; zeige, dass; zeige dass; zeigen sie; leite her; leiten sie`,
  /** Logic puzzles. */
  puzzle: `puzzle*; riddle*; brain teaser*; liar*; lies; tells the truth; knights and knaves; prisoner*; weighings;
    counterfeit; checkmate; forced mate; chess*; sudoku; rätsel*; lügt; énigme*; acertijo*; indovinell*; загадк*; 谜;
    逻辑题; なぞ; パズル; لغز; truth-teller*; logic puzzle; round table; hats; weighing*; river crossing; ropes`,
  /** Something goes wrong for a reason that isn't known. */
  cause: `root cause; cause; find out; find out why; what is going on; what's going on; debug*; diagnos*;
    intermittent*; sometimes; fails; failing; crash*; slow; slower; leak*; deadlock*; race condition*; segfault*;
    undefined; hang*; differential; mistake; where is the mistake; suddenly; oom*; violat*; ursache*; finde heraus;
    fehler*; woran; abstürz*; langsam; trouve; panne; plante; causa; encuentra; falla; errore; причин*; найди; ошибк*;
    原因; 找出; 故障; 错误; バグ; 不具合; السبب; خطأ; what's wrong; what is wrong; wrong with; went wrong; going wrong;
    what am i missing; flaky; randomly; occasionally; users report; doesn't help; still happens; keeps happening;
    no idea why; can't reproduce; regression; unexpected*; mysterious*; stopped working; corrupt*; where is the bug;
    manchmal; gelegentlich; parfois; a veces; a volte; иногда; 有时; 偶尔; 時々; أحيانا`,
  /** A solution is to be found under constraints. */
  design: `design*; architect*; strategy; approach; propose*; migrate; migration; roadmap; optimal; optimi*; maximis*;
    maximiz*; minimis*; minimiz*; schedule; timetable; shortest; guarantee*; scalab*; failover; trade-offs; justify;
    forecast*; experiment; would you choose; options for; how would you; guarantee; from scratch; entwirf*;
    architektur; konzept; strategie; vorgehen; optimier*; stundenplan; conçois*; concev*; stratégie; optimis*; diseñ*;
    estrategia; progett*; strategia; спроектир*; архитектур*; стратеги*; 设计; 方案; 架构; 优化; 推荐; 設計; 最適*; صمم*;
    استراتيجية; what now; where do we start; where to start; first principles; estimate; how should we;
    what would you do; from the ground up`,
  /** Several things are held against each other. */
  weigh: `compare*; comparison; contradict*; reconcile*; contrast; versus; which of these; which of the two; differ;
    differs; agree; rank*; weigh*; judge*; judgement; evaluate*; argue; both sides; critique; review; consistent;
    conflict*; ambiguous; synthes*; discuss*; who is right; analy*; assess*; bias*; vergleich*; widersprech*;
    widerspruch*; abwäg*; bewerte das; beurteil*; diskutier*; contredi*; juge*; contradic*; compara*; juzga*;
    confront*; contraddi*; сравн*; противореч*; 比较; 矛盾; 评估; 分析; 对比; 比較; قارن*; تناقض; حلل*; to what extent; should we;
    should a; should our; pros and cons; avoidable; sollten wir; sollte man; take a position; defend; objections;
    for and against; either side; better overall; agree or disagree; counterargument*; verdict; responsib*;
    which governs; who is to blame; pro und contra; pour et contre`,
  /** Fields where a plausible wrong answer does harm: law, medicine, tax, cryptography. */
  expert: `clause*; contract*; liabilit*; indemni*; warrant*; tort; statute*; gdpr; data protection; landlord; tenant;
    employer; deposit; court*; legal; terms; jurisdiction; withholding; tax; taxes; insolvenc*; mg; mg/dl; ng/ml;
    dose*; dosage; ibuprofen; paracetamol; warfarin; metformin; amoxicillin; methotrexate; antibiotic*; patient*;
    pregnan*; symptom*; diagnos*; egfr; creatinine; potassium; insulin; interaction*; contraindicat*; drug*;
    medication*; chronic; hash*; hmac; encrypt*; decrypt*; attacker; exploit; password*; constant-time; klausel*;
    vertrag*; haftung*; gewährleist*; steuer*; dsgvo; schadensersatz; frist*; arbeitgeber; medikament*; dosis;
    schwangerschaft; wechselwirkung*; nebenwirkung*; tablette*; contrat*; responsabilité; impôt*; médicament*;
    grossesse; posologie; cláusula*; contrato*; impuesto*; responsabilidad; medicamento*; embarazo; contratto;
    farmac*; договор*; налог*; лекарств*; 合同; 法律; 税; 药; 患者; 剂量; 契約; 薬; دواء; عقد; جرعة; lawyer*; lawsuit*; by law;
    amlodipine; atorvastatin; simvastatin; ramipril; lisinopril; metoprolol; bisoprolol; omeprazol*; pantoprazol*;
    sertralin*; citalopram; escitalopram; fluoxetin*; clozapin*; olanzapin*; quetiapin*; risperidon*; prednison*;
    prednisolon*; levothyrox*; furosemid*; spironolacton*; heparin*; rivaroxaban; clopidogrel; aspirin*; diclofenac;
    naproxen*; tramadol; morphine; codein*; oxycodon*; diazepam; lorazepam; valproat*; carbamazepin*; lamotrigin*;
    amiodaron*; azathioprin*; tacrolimus; metronidazol*; doxycyclin*; ciprofloxacin*; clarithromycin*; azithromycin*;
    amoxicil*; methotrexat*; metotrexat*; fluconazol*; tamoxifen; salbutamol; allopurinol; colchicin*; metamizol*;
    acetaminophen; pill; breastfeed*; vesting; shareholder*; founder*; notary; inherit*; custody; divorce; lease; nda;
    severance; dismiss*; trademark*; patent*; copyright*; licens*; compliance; visa; liable; sue; fine print; erbe;
    erbschaft; scheidung; mietvertrag; kündig*; héritage; licenciement; herencia; despido`,
  /** Hard subjects of software, machines and science. */
  systems: `concurren*; concurrency; distributed; consensus; paxos; raft; lock-free; mutex*; transaction*; isolation;
    replica*; exactly-once; cap theorem; p99; p95; latency; throughput; rate limit*; cache; caching; zero-downtime;
    kernel; median; race; nodes; pods; load; under load; production; monolith; scaling; shard*; queue; worker*;
    broker*; nebenläufig*; verteilt*; 分布式; 并发; 冲突; idempot*; retry; retries; retried; timeout*; synchron*;
    collaborative; real-time; autoscal*; vm; vms; data centre; data center; memory; allocat*; thread*;
    signal handler*; cpu; multi-tenant; event-driven; microservice*; eventual*; linearizab*; serializab*;
    snapshot isolation; garbage collect*; bottleneck*`,
  /** Mathematics and the exact sciences. */
  exact: `integral*; derivative*; differentia*; equation*; solve; matrix; matrices; eigen*; probabilit*; variance;
    deviation; median; prime*; continuous; converge*; series; sequence; group; finite; recurrence; polynomial*;
    logarithm*; inverse; expand; area; uncertainty; velocity; acceleration; m/s; voltage; entropy; quantum; molecul*;
    mol; molar*; ph; stoichiometr*; p-value; regression; correlation; significan*; hypothes*; interest; compounded;
    monthly payment; margin*; ebit*; wacc; dcf; elasticity; nullstellen; extremstell*; ableitung; gleichung*;
    wahrscheinlichkeit*; integral; résoudre; dérivée; équation*; intégrale; limite; derivada; ecuaci*; calcola;
    equazion*; уравнени*; 方程; 积分; 导数; 概率; 整数; 方程式; معادلة; تكامل; الجذر; tangent*; triangle*; dice; expected number;
    geometr*; integers; real numbers; f(x); force; momentum; kinetic; gravity; friction; mass; sample size; bias;
    control group; assay; pcr; catalyst*; reaction*; thermodynamic*; theorem; combinator*; permutation*; vector*;
    graph; modulo; würfel*; dreieck*; tangente; triángulo*; triangle; вероятност*; треугольник*; 三角形; 確率; 確率; vertex;
    vertices`,
  /** Tools and terms of a trade: knowing them is more than schooling. */
  trade: `python; javascript; typescript; java; rust; go; golang; kotlin; c++; c#; linq; php; ruby; swift; react;
    django; node; npm; pnpm; pandas; numpy; excel; postgres*; mysql; mongodb; redis; kafka; grpc; rest; graphql;
    docker*; kubernetes; kubectl; k8s; terraform; ansible; nginx; systemd; linux; bash; powershell; git; github;
    promql; prometheus; html; css; json; async; await; crontab; aws; azure; openapi; pytest; kpi*; saas; churn; swot;
    stakeholder*; roi; erp; crm; loan; mortgage*; bond*; dividend*; equity; portfolio; inventory; receivables; ledger;
    invoice*; formative; summative; bloom*; curriculum; dna; diabetes; blood; diagnosis; tense; traceback;
    stack trace; exception; typeerror; error`,
} as const;

export type Category = keyof typeof vocabulary;
export const categories = Object.keys(vocabulary) as readonly Category[];
